import { Button, MessageBar, MessageBarBody, Spinner } from '@fluentui/react-components';
import { ArrowSyncRegular } from '@fluentui/react-icons';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useErrorText } from '../../shared/api/useErrorText';
import { api } from '../api/client';
import { keys } from '../api/keys';
import type { Synced } from '../api/types';
import { useDesk } from '../desk';

/** Reads the numbers from Azure and says what that changed. */
export function SyncSection() {
  const { t } = useTranslation();
  const { client } = useDesk();
  const errorText = useErrorText();
  const sync = useMutation({
    mutationFn: api.syncNumbers,
    onSettled: () => {
      void client.invalidateQueries({ queryKey: keys.numbers });
      void client.invalidateQueries({ queryKey: keys.connection });
    },
  });
  const told = ({ owned, added, removed }: Synced) =>
    [
      t('manage.owned', { count: owned }),
      added > 0 && t('manage.added', { count: added }),
      removed > 0 && t('manage.removed', { count: removed }),
      added + removed === 0 && t('manage.unchanged'),
    ]
      .filter(Boolean)
      .join(' ');
  return (
    <>
      {sync.isPending ? (
        <Spinner size="tiny" style={{ justifyContent: 'start' }} label={t('manage.syncing')} />
      ) : (
        <div>
          <Button icon={<ArrowSyncRegular />} onClick={() => sync.mutate()}>
            {t('manage.syncDo')}
          </Button>
        </div>
      )}
      {sync.data && !sync.isPending && (
        <MessageBar intent="success" role="status" layout="multiline">
          <MessageBarBody>{told(sync.data)}</MessageBarBody>
        </MessageBar>
      )}
      {sync.error && (
        <MessageBar intent="error" role="alert" layout="multiline">
          <MessageBarBody>{errorText(sync.error)}</MessageBarBody>
        </MessageBar>
      )}
    </>
  );
}
