import {
  Badge,
  Button,
  Caption1,
  MessageBar,
  MessageBarBody,
  useRestoreFocusTarget,
} from '@fluentui/react-components';
import { PersonAddRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDate } from '../../shared/format/time';
import { type Column, DataTable } from '../../shared/ui/DataTable';
import { Loading, LoadingFailed } from '../../shared/ui/Note';
import { api } from '../api/client';
import { keys } from '../api/keys';
import type { User } from '../api/types';
import { useMe } from '../session/session';
import { AdminPage } from '../shell/AdminPage';
import { AddUserDialog } from './AddUserDialog';
import { RoleSelect } from './RoleSelect';
import { TokensSection } from './TokensSection';
import { UserActions } from './UserActions';

/** The people who work with the desk: who they are, what they may do, and how they get in. */
export default function UsersPage() {
  const { t, i18n } = useTranslation();
  const me = useMe();
  const users = useQuery({ queryKey: keys.users, queryFn: ({ signal }) => api.users(signal) });
  const ways = useQuery({
    queryKey: keys.signInWays,
    queryFn: ({ signal }) => api.signInWays(signal),
  });
  const entra = ways.data?.entra ?? false;
  const [adding, setAdding] = useState(false);
  const opensDialog = useRestoreFocusTarget();
  const [problem, setProblem] = useState('');

  const columns: Column<User>[] = [
    {
      key: 'name',
      title: t('users.name'),
      cell: (user) => (
        <>
          {user.name} {user.id === me.id && <Badge appearance="tint">{t('users.you')}</Badge>}
        </>
      ),
    },
    {
      key: 'email',
      title: t('users.email'),
      width: '26%',
      cell: (user) => (
        <>
          {user.email}
          {(entra || user.source === 'entra') && (
            <Caption1 block>
              {user.linking ? t('entra.linking') : t(`entra.sources.${user.source}`)}
            </Caption1>
          )}
        </>
      ),
    },
    {
      key: 'role',
      title: t('users.role'),
      width: '190px',
      cell: (user) => <RoleSelect user={user} onProblem={setProblem} />,
    },
    {
      key: 'state',
      title: t('users.state'),
      width: '110px',
      cell: (user) => (
        <Badge appearance="tint" color={user.disabled ? 'danger' : 'success'}>
          {t(user.disabled ? 'users.disabled' : 'users.enabled')}
        </Badge>
      ),
    },
    {
      key: 'created',
      title: t('users.created'),
      width: '130px',
      cell: (user) => formatDate(user.createdAt, i18n.language),
    },
    {
      key: 'actions',
      title: t('users.actions'),
      width: '90px',
      cell: (user) => (
        <UserActions user={user} own={user.id === me.id} linkable={entra} onProblem={setProblem} />
      ),
    },
  ];
  return (
    <AdminPage
      title={t('nav.users')}
      about={t('users.about')}
      actions={
        <Button
          {...opensDialog}
          appearance="primary"
          icon={<PersonAddRegular />}
          onClick={() => setAdding(true)}
        >
          {t('users.add')}
        </Button>
      }
    >
      {problem && (
        <MessageBar intent="error" role="alert" layout="multiline">
          <MessageBarBody>{problem}</MessageBarBody>
        </MessageBar>
      )}
      {users.isPending && <Loading />}
      {users.isLoadingError && (
        <LoadingFailed error={users.error} retry={() => void users.refetch()} />
      )}
      {users.data && (
        <DataTable
          label={t('nav.users')}
          columns={columns}
          rows={users.data.items}
          rowKey={(user) => user.id}
        />
      )}
      <TokensSection />
      {adding && <AddUserDialog onClose={() => setAdding(false)} />}
    </AdminPage>
  );
}
