import { Button, MessageBar, MessageBarActions, MessageBarBody } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { advancedPath } from './paths';
import { useConnection } from './useConnection';

/** Says on every page of an administrator that Azure refuses the stored key, and leads to where the new one is entered. */
export function RefusedKeyBanner() {
  const { t } = useTranslation();
  const go = useNavigate();
  const { data } = useConnection();
  if (data?.state !== 'connected' || data.key !== 'refused') return null;
  return (
    <MessageBar intent="error" layout="auto" role="alert">
      <MessageBarBody>{t('keyRefused.text', { name: data.resourceName })}</MessageBarBody>
      <MessageBarActions>
        <Button onClick={() => go(advancedPath)}>{t('keyRefused.do')}</Button>
      </MessageBarActions>
    </MessageBar>
  );
}
