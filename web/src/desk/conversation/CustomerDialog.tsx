import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
} from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import type { Conversation } from '../api/types';
import { CustomerCard } from './CustomerCard';

/** The customer's card where the window is too small to show it all the time. */
export default function CustomerDialog({
  conversation,
  onClose,
}: {
  conversation: Conversation;
  onClose(): void;
}) {
  const { t } = useTranslation();
  return (
    <Dialog open onOpenChange={(_, { open }) => open || onClose()}>
      <DialogSurface aria-label={t('customer.title')}>
        <DialogBody>
          <DialogContent>
            <CustomerCard conversation={conversation} />
          </DialogContent>
          <DialogActions>
            <Button onClick={onClose}>{t('close')}</Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
