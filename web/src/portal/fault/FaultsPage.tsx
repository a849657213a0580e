import { Button, MessageBar, MessageBarBody, makeStyles, tokens } from '@fluentui/react-components';
import { AddRegular, FlashOffRegular, FlashRegular } from '@fluentui/react-icons';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorText } from '../../shared/api/useErrorText';
import { type Column, DataTable } from '../../shared/ui/DataTable';
import { Note } from '../../shared/ui/Note';
import { type Fault, keys, portal } from '../api/portal';
import { milliseconds } from '../traffic/figures';
import { ConfirmDialog } from '../ui/ConfirmDialog';
import { Loaded } from '../ui/Loaded';
import { PortalPage } from '../ui/PortalPage';

const FaultDialog = lazy(() => import('./FaultDialog'));

const useStyles = makeStyles({
  actions: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalS },
});

/** How often the page looks how many times each fault has struck, in milliseconds. */
const look = 2_000;

/** The faults in force; each can be switched off, others on. */
export default function FaultsPage() {
  const { t, i18n } = useTranslation();
  const styles = useStyles();
  const client = useQueryClient();
  const errorText = useErrorText();
  const [adding, setAdding] = useState(false);
  const [clearing, setClearing] = useState(false);
  const faults = useQuery({
    queryKey: keys.faults,
    queryFn: ({ signal }) => portal.faults(signal),
    refetchInterval: look,
  });
  const renew = () => client.invalidateQueries({ queryKey: keys.faults });
  const removing = useMutation({
    mutationFn: (id: string) => portal.removeFault(id),
    onSettled: renew,
  });
  const where = (fault: Fault) => {
    if (fault.kind === 'request') {
      const plane = t(fault.plane ? `plane.${fault.plane}` : 'faults.everyPlane');
      return [plane, fault.method, fault.path].filter(Boolean).join(' · ');
    }
    if (fault.kind === 'handshake') return t('faults.everyHandshake');
    return fault.eventType ?? t('faults.everyEvent');
  };
  const does = (fault: Fault) => {
    const parts: string[] = [];
    if (fault.status) parts.push([fault.status, fault.code].filter(Boolean).join(' '));
    if (fault.retryAfter !== undefined) parts.push(`Retry-After: ${fault.retryAfter}`);
    if (fault.latencyMs) parts.push(`+${milliseconds(fault.latencyMs, i18n.language)}`);
    return parts.join(' · ') || '–';
  };
  const columns: Column<Fault>[] = [
    { key: 'kind', title: t('faults.kind'), cell: (row) => t(`faults.kinds.${row.kind}`) },
    { key: 'where', title: t('faults.where'), cell: where },
    { key: 'does', title: t('faults.effect'), cell: does },
    {
      key: 'struck',
      title: t('faults.struck'),
      width: '130px',
      cell: (row) =>
        row.count ? t('faults.struckOf', { n: row.struck, of: row.count }) : row.struck,
    },
    {
      key: 'off',
      title: t('faults.actions'),
      width: '150px',
      cell: (row) => (
        <Button
          icon={<FlashOffRegular />}
          disabled={removing.isPending}
          onClick={() => removing.mutate(row.id)}
        >
          {t('faults.switchOff')}
        </Button>
      ),
    },
  ];
  const some = (faults.data?.items.length ?? 0) > 0;
  return (
    <PortalPage
      title={t('nav.faults')}
      about={t('faults.about')}
      actions={
        <div className={styles.actions}>
          {some && <Button onClick={() => setClearing(true)}>{t('faults.clear')}</Button>}
          <Button appearance="primary" icon={<AddRegular />} onClick={() => setAdding(true)}>
            {t('faults.add')}
          </Button>
        </div>
      }
    >
      {removing.isError && (
        <MessageBar intent="error" layout="multiline" role="alert">
          <MessageBarBody>{errorText(removing.error)}</MessageBarBody>
        </MessageBar>
      )}
      <Loaded query={faults}>
        {({ items }) =>
          items.length === 0 ? (
            <Note icon={<FlashRegular />} title={t('faults.none')}>
              {t('faults.noneText')}
            </Note>
          ) : (
            <DataTable
              label={t('nav.faults')}
              columns={columns}
              rows={items}
              rowKey={({ id }) => id}
            />
          )
        }
      </Loaded>
      {adding && (
        <Suspense>
          <FaultDialog onClose={() => setAdding(false)} />
        </Suspense>
      )}
      {clearing && (
        <ConfirmDialog
          title={t('faults.clearTitle')}
          text={t('faults.clearText')}
          doIt={t('faults.clear')}
          act={() => portal.removeFaults()}
          onDone={() => void renew()}
          onClose={() => setClearing(false)}
        />
      )}
    </PortalPage>
  );
}
