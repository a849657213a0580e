import {
  Button,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
} from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { useErrorText } from '../../shared/api/useErrorText';
import { AzureError } from '../api/azure';
import { SignInNeeded } from '../session/session';
import { useSession } from '../session/useSession';

/** Shows a refusal of Azure in place: its code, its own sentence, and what to do about it. Other errors are shown as everywhere. */
export function AzureProblem({ error }: { error: unknown }) {
  const { t, i18n } = useTranslation();
  const errorText = useErrorText();
  const { signIn } = useSession();
  if (error instanceof SignInNeeded) {
    return (
      <MessageBar intent="warning" layout="auto" role="alert">
        <MessageBarBody>{t('session.over')}</MessageBarBody>
        <MessageBarActions>
          <Button onClick={() => signIn()}>{t('session.signIn')}</Button>
        </MessageBarActions>
      </MessageBar>
    );
  }
  const azure = error instanceof AzureError ? error : undefined;
  const cure = `cure.${azure?.code}`;
  return (
    <MessageBar intent="error" layout="multiline" role="alert">
      <MessageBarBody>
        {azure && <MessageBarTitle>{azure.code}</MessageBarTitle>}
        <span style={{ overflowWrap: 'anywhere' }}>{errorText(error)}</span>
        {azure?.details.map((detail) => (
          <div key={detail.code + detail.message}>{detail.message}</div>
        ))}
        {azure && i18n.exists(cure) && <div>{t(cure)}</div>}
      </MessageBarBody>
    </MessageBar>
  );
}
