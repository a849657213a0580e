import {
  Button,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
} from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { session } from './session';
import { useSession } from './useSession';

/** Says why a sign-in failed or ended, on whatever page, until it is closed or somebody signs in. */
export function SignInProblem() {
  const { t, i18n } = useTranslation();
  const { problem, signIn } = useSession();
  if (!problem) return null;
  const known = `session.problem.${problem.code}`;
  return (
    <MessageBar intent="error" layout="auto" role="alert">
      <MessageBarBody>
        <MessageBarTitle>{t('session.failed')}</MessageBarTitle>
        {i18n.exists(known) ? t(known) : problem.message || problem.code}
      </MessageBarBody>
      <MessageBarActions>
        <Button onClick={() => signIn(true)}>{t('session.signIn')}</Button>
        <Button appearance="transparent" onClick={session.dismiss}>
          {t('close')}
        </Button>
      </MessageBarActions>
    </MessageBar>
  );
}
