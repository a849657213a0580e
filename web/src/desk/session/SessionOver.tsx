import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
} from '@fluentui/react-components';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

/**
 * Stands over a page whose session ended while a dialog was open, so that nothing typed there is lost. Signing in happens in another
 * tab, in whichever way; this one hears of it and goes on.
 */
export default function SessionOver() {
  const { t } = useTranslation();
  // Fluent would lead the focus back to what opened the dialog below, and so out of it.
  const [at] = useState(() => document.activeElement as HTMLElement | null);
  useEffect(() => () => void setTimeout(() => at?.focus()), [at]);
  return (
    <Dialog open modalType="alert">
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{t('session.over')}</DialogTitle>
          <DialogContent>{t('session.overText')}</DialogContent>
          <DialogActions>
            <Button as="a" href="/sign-in">
              {t('session.discard')}
            </Button>
            <Button as="a" appearance="primary" href="/sign-in" target="_blank" rel="noreferrer">
              {t('session.again')}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
