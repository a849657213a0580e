import { Button, Field, Select, Tooltip } from '@fluentui/react-components';
import { AddRegular, DeleteRegular, PeopleRegular } from '@fluentui/react-icons';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Column, DataTable } from '../../shared/ui/DataTable';
import { Note } from '../../shared/ui/Note';
import { type DirectoryObject, directory, directoryKeys } from '../api/directory';
import type { Application } from '../api/portal';
import { NeedsSignIn } from '../session/NeedsSignIn';
import { AzureLoaded } from '../ui/AzureLoaded';
import { ConfirmDialog } from '../ui/ConfirmDialog';
import { FormDialog } from '../ui/FormDialog';
import { Section } from '../ui/Section';

/** Who may change the registration, beside the directory's administrators. */
export function OwnersBlade({ app }: { app: Application }) {
  return <NeedsSignIn>{({ id }) => <Owners app={app} user={id} />}</NeedsSignIn>;
}

function Owners({ app, user }: { app: Application; user: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [adding, setAdding] = useState(false);
  const [leaving, setLeaving] = useState<DirectoryObject>();
  const queryKey = directoryKeys.owners(user, app.appId);
  const owners = useQuery({
    queryKey,
    queryFn: ({ signal }) => directory.owners(app.appId, signal),
  });
  const renew = async () => {
    await Promise.all([
      client.invalidateQueries({ queryKey }),
      client.invalidateQueries({ queryKey: directoryKeys.owned(user) }),
    ]);
  };
  const columns: Column<DirectoryObject>[] = [
    { key: 'name', title: t('resource.name'), cell: (row) => row.displayName },
    {
      key: 'user',
      title: t('owners.userName'),
      cell: (row) => row.userPrincipalName ?? row.appId ?? '–',
    },
    {
      key: 'kind',
      title: t('resource.type'),
      cell: (row) =>
        row['@odata.type'] === '#microsoft.graph.user' ? t('owners.user') : t('owners.principal'),
    },
    {
      key: 'remove',
      title: t('secrets.actions'),
      width: '80px',
      cell: (row) => (
        <Tooltip content={t('owners.removeOf', { name: row.displayName })} relationship="label">
          <Button appearance="subtle" icon={<DeleteRegular />} onClick={() => setLeaving(row)} />
        </Tooltip>
      ),
    },
  ];
  return (
    <AzureLoaded query={owners}>
      {(found) => (
        <>
          <Section
            title={t('register.blade.owners')}
            text={t('owners.text')}
            actions={
              <Button icon={<AddRegular />} onClick={() => setAdding(true)}>
                {t('owners.add')}
              </Button>
            }
          >
            {found.length === 0 ? (
              <Note icon={<PeopleRegular />} title={t('owners.none')}>
                {t('owners.noneText')}
              </Note>
            ) : (
              <DataTable
                label={t('register.blade.owners')}
                columns={columns}
                rows={found}
                rowKey={({ id }) => id}
              />
            )}
          </Section>
          {adding && (
            <AddOwner
              app={app}
              user={user}
              owners={found}
              onAdded={renew}
              onClose={() => setAdding(false)}
            />
          )}
          {leaving && (
            <ConfirmDialog
              title={t('owners.removeAsk', { name: leaving.displayName })}
              text={t('owners.removeText')}
              doIt={t('owners.remove')}
              act={() => directory.removeOwner(app.appId, leaving.id)}
              onDone={() => void renew()}
              onClose={() => setLeaving(undefined)}
            />
          )}
        </>
      )}
    </AzureLoaded>
  );
}

function AddOwner({
  app,
  user,
  owners,
  onAdded,
  onClose,
}: {
  app: Application;
  user: string;
  owners: DirectoryObject[];
  onAdded(): Promise<void>;
  onClose(): void;
}) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState('');
  const users = useQuery({
    queryKey: directoryKeys.users(user),
    queryFn: ({ signal }) => directory.users(signal),
  });
  const adding = useMutation({
    mutationFn: () => directory.addOwner(app.appId, chosen),
    onSuccess: async () => {
      await onAdded();
      onClose();
    },
  });
  return (
    <FormDialog
      title={t('owners.add')}
      doIt={t('owners.select')}
      doing={adding}
      disabled={!chosen}
      onSubmit={() => chosen && adding.mutate()}
      onClose={onClose}
    >
      <AzureLoaded query={users}>
        {(all) => {
          const others = all.filter(({ id }) => !owners.some((owner) => owner.id === id));
          if (others.length === 0) return <span>{t('owners.everybody')}</span>;
          return (
            <Field label={t('owners.user')}>
              <Select value={chosen} onChange={(_, { value }) => setChosen(value)}>
                <option value="">{t('owners.choose')}</option>
                {others.map((each) => (
                  <option key={each.id} value={each.id}>
                    {`${each.displayName} (${each.userPrincipalName})`}
                  </option>
                ))}
              </Select>
            </Field>
          );
        }}
      </AzureLoaded>
    </FormDialog>
  );
}
