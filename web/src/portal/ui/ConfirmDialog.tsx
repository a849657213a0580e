import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
} from '@fluentui/react-components';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { AzureProblem } from './AzureProblem';

/** Asks before something is done that cannot be undone, does it, and says when it failed. */
export function ConfirmDialog({
  title,
  text,
  doIt,
  act,
  onDone,
  onClose,
}: {
  title: string;
  text: string;
  /** What the button says. */
  doIt: string;
  act(): Promise<unknown>;
  onDone?(): void;
  onClose(): void;
}) {
  const { t } = useTranslation();
  const acting = useMutation({
    mutationFn: act,
    onSuccess: () => {
      onDone?.();
      onClose();
    },
  });
  return (
    <Dialog
      modalType="alert"
      open
      onOpenChange={(_, { open }) => open || acting.isPending || onClose()}
    >
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{title}</DialogTitle>
          <DialogContent>
            {text}
            {acting.isError && <AzureProblem error={acting.error} />}
          </DialogContent>
          <DialogActions>
            <Button disabled={acting.isPending} onClick={onClose}>
              {t('cancel')}
            </Button>
            <Button
              appearance="primary"
              disabled={acting.isPending}
              onClick={() => acting.mutate()}
            >
              {doIt}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
