import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  MessageBar,
  MessageBarBody,
  makeStyles,
  tokens,
  useRestoreFocusTarget,
} from '@fluentui/react-components';
import { PlugDisconnectedRegular } from '@fluentui/react-icons';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorText } from '../../shared/api/useErrorText';
import { api } from '../api/client';
import { keys } from '../api/keys';
import { useDesk } from '../desk';

const useStyles = makeStyles({
  list: {
    display: 'grid',
    gap: tokens.spacingVerticalS,
    margin: 0,
    paddingInlineStart: tokens.spacingHorizontalXL,
  },
  problem: { marginTop: tokens.spacingVerticalM },
});

/** Ends the connection, after saying what stays and what is left to do in Azure. */
export function DisconnectSection({ name, onDone }: { name: string; onDone(): void }) {
  const { t } = useTranslation();
  const styles = useStyles();
  const { client } = useDesk();
  const errorText = useErrorText();
  const opensDialog = useRestoreFocusTarget();
  const [asking, setAsking] = useState(false);
  const disconnect = useMutation({
    mutationFn: api.disconnect,
    onSuccess: (connection) => {
      client.setQueryData(keys.connection, connection);
      void client.invalidateQueries({ queryKey: keys.numbers });
      onDone();
    },
  });
  const ask = (open: boolean) => {
    disconnect.reset();
    setAsking(open);
  };
  return (
    <div>
      <Button {...opensDialog} icon={<PlugDisconnectedRegular />} onClick={() => ask(true)}>
        {t('manage.disconnectDo')}
      </Button>
      <Dialog open={asking} onOpenChange={(_, { open }) => ask(open)}>
        <DialogSurface>
          <DialogBody>
            <DialogTitle>{t('manage.disconnectTitle', { name })}</DialogTitle>
            <DialogContent>
              <ul className={styles.list}>
                {(['Stop', 'Stay', 'Owned', 'Events'] as const).map((what) => (
                  <li key={what}>{t(`manage.disconnect${what}`)}</li>
                ))}
              </ul>
              {disconnect.error && (
                <MessageBar
                  className={styles.problem}
                  intent="error"
                  role="alert"
                  layout="multiline"
                >
                  <MessageBarBody>{errorText(disconnect.error)}</MessageBarBody>
                </MessageBar>
              )}
            </DialogContent>
            <DialogActions>
              <Button onClick={() => ask(false)}>{t('cancel')}</Button>
              <Button
                appearance="primary"
                disabledFocusable={disconnect.isPending}
                onClick={() => disconnect.mutate()}
              >
                {t('manage.disconnectDo')}
              </Button>
            </DialogActions>
          </DialogBody>
        </DialogSurface>
      </Dialog>
    </div>
  );
}
