import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
} from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';

/** Asks before a conversation is ended, since that cannot be undone. */
export default function EndDialog({ onEnd, onClose }: { onEnd(): void; onClose(): void }) {
  const { t } = useTranslation();
  return (
    <Dialog open onOpenChange={(_, { open }) => open || onClose()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{t('panel.endTitle')}</DialogTitle>
          <DialogContent>{t('panel.endText')}</DialogContent>
          <DialogActions>
            <Button onClick={onClose}>{t('cancel')}</Button>
            <Button
              appearance="primary"
              onClick={() => {
                onClose();
                onEnd();
              }}
            >
              {t('panel.end')}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
