import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  makeStyles,
  Spinner,
  tokens,
} from '@fluentui/react-components';
import type { UseMutationResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { AzureProblem } from './AzureProblem';

const useStyles = makeStyles({
  fields: { display: 'grid', gap: tokens.spacingVerticalM },
});

/** A dialog with fields, whose button does something in Azure. A refusal is shown in it, and what was typed stays. */
export function FormDialog({
  title,
  doIt,
  doing,
  disabled,
  onSubmit,
  onClose,
  children,
}: {
  title: string;
  /** What the button says. */
  doIt: string;
  doing: Pick<UseMutationResult<unknown, unknown, never>, 'isPending' | 'isError' | 'error'>;
  disabled?: boolean;
  onSubmit(): void;
  onClose(): void;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  const styles = useStyles();
  return (
    <Dialog open onOpenChange={(_, { open }) => open || doing.isPending || onClose()}>
      <DialogSurface>
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            onSubmit();
          }}
        >
          <DialogBody>
            <DialogTitle>{title}</DialogTitle>
            <DialogContent className={styles.fields}>
              {children}
              {doing.isError && <AzureProblem error={doing.error} />}
            </DialogContent>
            <DialogActions>
              <Button disabled={doing.isPending} onClick={onClose}>
                {t('cancel')}
              </Button>
              <Button
                appearance="primary"
                type="submit"
                disabled={disabled || doing.isPending}
                icon={doing.isPending ? <Spinner size="tiny" /> : undefined}
              >
                {doIt}
              </Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}
