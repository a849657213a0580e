import {
  Badge,
  Body1,
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Link,
  MessageBar,
  MessageBarBody,
  makeStyles,
  Subtitle1,
  tokens,
  useRestoreFocusTarget,
} from '@fluentui/react-components';
import { KeyRegular } from '@fluentui/react-icons';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorText } from '../../shared/api/useErrorText';
import { formatDate, formatMoment } from '../../shared/format/time';
import { type Column, DataTable } from '../../shared/ui/DataTable';
import { Loading, LoadingFailed } from '../../shared/ui/Note';
import { api } from '../api/client';
import { keys } from '../api/keys';
import type { Token } from '../api/types';
import { useDesk } from '../desk';
import { AddTokenDialog } from './AddTokenDialog';

const useStyles = makeStyles({
  root: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalM,
    marginTop: tokens.spacingVerticalXL,
  },
  head: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    justifyContent: 'space-between',
    gap: tokens.spacingHorizontalM,
  },
  about: { color: tokens.colorNeutralForeground2, maxWidth: '75ch' },
});

/** The tokens by which programs use the API: made, shown once, revoked. */
export function TokensSection() {
  const { t, i18n } = useTranslation();
  const styles = useStyles();
  const list = useQuery({ queryKey: keys.tokens, queryFn: ({ signal }) => api.tokens(signal) });
  const [adding, setAdding] = useState(false);
  const opensDialog = useRestoreFocusTarget();
  const [revoking, setRevoking] = useState<Token>();
  const columns: Column<Token>[] = [
    { key: 'name', title: t('tokens.name'), cell: (token) => token.name },
    { key: 'user', title: t('tokens.user'), width: '24%', cell: (token) => token.user },
    {
      key: 'role',
      title: t('tokens.role'),
      width: '130px',
      cell: (token) => t(`role.${token.role}`),
    },
    {
      key: 'expires',
      title: t('tokens.expires'),
      width: '130px',
      cell: (token) =>
        token.expired ? (
          <Badge appearance="tint" color="danger">
            {t('tokens.expired')}
          </Badge>
        ) : token.expiresAt ? (
          formatDate(token.expiresAt, i18n.language)
        ) : (
          t('tokens.never')
        ),
    },
    {
      key: 'used',
      title: t('tokens.used'),
      width: '150px',
      cell: (token) =>
        token.lastUsedAt ? formatMoment(token.lastUsedAt, i18n.language) : t('tokens.notUsed'),
    },
    {
      key: 'actions',
      title: t('tokens.actions'),
      width: '120px',
      cell: (token) => (
        <Button
          {...opensDialog}
          aria-label={t('tokens.revokeWhat', { name: token.name })}
          onClick={() => setRevoking(token)}
        >
          {t('tokens.revoke')}
        </Button>
      ),
    },
  ];
  return (
    <section className={styles.root} aria-labelledby="tokens-title">
      <div className={styles.head}>
        <Subtitle1 as="h2" id="tokens-title" style={{ margin: 0 }}>
          {t('tokens.title')}
        </Subtitle1>
        <Button {...opensDialog} icon={<KeyRegular />} onClick={() => setAdding(true)}>
          {t('tokens.add')}
        </Button>
      </div>
      <Body1 className={styles.about}>
        {t('tokens.about')}{' '}
        <Link inline href="/api/docs" target="_blank" rel="noreferrer">
          {t('tokens.docs')}
        </Link>
      </Body1>
      {list.isPending && <Loading />}
      {list.isLoadingError && (
        <LoadingFailed error={list.error} retry={() => void list.refetch()} />
      )}
      {list.data?.items.length === 0 && <Body1>{t('tokens.none')}</Body1>}
      {list.data && list.data.items.length > 0 && (
        <DataTable
          label={t('tokens.title')}
          columns={columns}
          rows={list.data.items}
          rowKey={(token) => token.id}
        />
      )}
      {adding && <AddTokenDialog onClose={() => setAdding(false)} />}
      {revoking && <RevokeDialog token={revoking} onClose={() => setRevoking(undefined)} />}
    </section>
  );
}

function RevokeDialog({ token, onClose }: { token: Token; onClose(): void }) {
  const { t } = useTranslation();
  const { client } = useDesk();
  const errorText = useErrorText();
  const revoke = useMutation({
    mutationFn: () => api.revokeToken(token.id),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.tokens });
      onClose();
    },
  });
  return (
    <Dialog open onOpenChange={(_, { open }) => open || onClose()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{t('tokens.revokeTitle', { name: token.name })}</DialogTitle>
          <DialogContent>
            {t('tokens.revokeText')}
            {revoke.error && (
              <MessageBar intent="error" role="alert" layout="multiline">
                <MessageBarBody>{errorText(revoke.error)}</MessageBarBody>
              </MessageBar>
            )}
          </DialogContent>
          <DialogActions>
            <Button onClick={onClose}>{t('cancel')}</Button>
            <Button
              appearance="primary"
              disabled={revoke.isPending}
              onClick={() => revoke.mutate()}
            >
              {t('tokens.revoke')}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
