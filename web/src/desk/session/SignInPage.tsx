import {
  Button,
  Card,
  Divider,
  Field,
  Input,
  MessageBar,
  MessageBarBody,
  MessageBarTitle,
  makeStyles,
  Spinner,
  Title2,
  tokens,
} from '@fluentui/react-components';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Navigate, useLocation, useNavigate } from 'react-router';
import { ProblemError } from '../../shared/api/request';
import { useErrorText } from '../../shared/api/useErrorText';
import icon from '../../shared/icon.svg';
import { PreferenceMenus } from '../../shared/ui/PreferenceMenus';
import { api, entraPath } from '../api/client';
import { keys } from '../api/keys';
import { useDesk } from '../desk';
import { enter, leaveToSignIn, useSession } from './session';

const useStyles = makeStyles({
  root: { minHeight: '100%', display: 'flex', flexDirection: 'column' },
  corner: { display: 'flex', justifyContent: 'flex-end', padding: tokens.spacingVerticalS },
  main: {
    flexGrow: 1,
    display: 'flex',
    alignItems: 'center',
    justifyContent: 'center',
    padding: tokens.spacingHorizontalM,
    paddingBottom: '15vh',
  },
  card: { width: '100%', maxWidth: '380px', padding: tokens.spacingHorizontalXXL },
  title: { display: 'flex', alignItems: 'center', gap: tokens.spacingHorizontalM },
  form: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalL },
});

/** The page that was asked for: from this page itself, or from the address after a way through Entra ID. */
function useFrom(): string {
  const { state, search } = useLocation();
  const asked =
    (state as { from?: string } | null)?.from ?? new URLSearchParams(search).get('from') ?? '/';
  return /^\/(?![/\\])/.test(asked) ? asked : '/';
}

/**
 * Signs in by e-mail and password, with Microsoft Entra ID where that is set up, or at once by the one-time link
 * `/sign-in#token=…`. `/sign-in#refused` says why Entra ID did not sign in.
 */
export default function SignInPage() {
  const { t } = useTranslation();
  const styles = useStyles();
  const desk = useDesk();
  const session = useSession();
  const navigate = useNavigate();
  const errorText = useErrorText();
  const location = useLocation();
  const from = useFrom();
  const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? '';
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const ways = useQuery({
    queryKey: keys.signInWays,
    queryFn: ({ signal }) => api.signInWays(signal),
  });
  const refusal = useQuery({
    queryKey: keys.signInRefusal,
    queryFn: ({ signal }) => api.signInRefusal(signal),
    enabled: location.hash === '#refused',
  });

  useEffect(() => {
    document.title = `${t('signIn.title')} – Guichet`;
  }, [t]);

  const onSuccess = async (user: Parameters<typeof enter>[1]) => {
    await enter(desk, user);
    await navigate(from, { replace: true });
  };
  const link = useMutation({ mutationFn: api.signInByLink, onSuccess });
  const signIn = useMutation({ mutationFn: () => api.signIn(email.trim(), password), onSuccess });

  const exchange = link.mutate;
  const exchanged = useRef('');
  useEffect(() => {
    // A token works once: it is posted once, however often this runs.
    if (!token || exchanged.current === token) return;
    exchanged.current = token;
    // Out of the address, so that it stays neither in the history nor on a screenshot.
    void navigate('/sign-in', { replace: true, state: { from } });
    exchange(token);
  }, [token, exchange, navigate, from]);

  if (session.data && !token && !exchanged.current && !signIn.isPending)
    return <Navigate to={from} replace />;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate();
  };
  const busy = link.isPending || signIn.isPending;
  const linkRefused = link.error instanceof ProblemError;
  return (
    <div className={styles.root}>
      <div className={styles.corner}>
        <PreferenceMenus />
      </div>
      <main className={styles.main}>
        <Card className={styles.card} size="large">
          <div className={styles.title}>
            <img src={icon} alt="" width={36} height={36} />
            <Title2 as="h1">{t('signIn.title')}</Title2>
          </div>
          {link.isPending || link.isSuccess ? (
            <Spinner label={t('signIn.byLink')} />
          ) : (
            <form className={styles.form} onSubmit={submit}>
              {link.error && (
                <MessageBar intent="error" layout="multiline" role="alert">
                  <MessageBarBody>
                    <MessageBarTitle>
                      {t(linkRefused ? 'signIn.linkRefused' : 'signIn.linkFailed')}
                    </MessageBarTitle>{' '}
                    {linkRefused ? t('signIn.linkCure') : errorText(link.error)}
                  </MessageBarBody>
                  {!linkRefused && (
                    <Button onClick={() => exchange(exchanged.current)}>{t('error.retry')}</Button>
                  )}
                </MessageBar>
              )}
              {refusal.data?.code && (
                <MessageBar intent="error" layout="multiline" role="alert">
                  <MessageBarBody>
                    <MessageBarTitle>{t('entra.refused')}</MessageBarTitle> {refusal.data.detail}
                  </MessageBarBody>
                </MessageBar>
              )}
              <Field label={t('signIn.email')} required>
                <Input
                  type="email"
                  name="email"
                  autoComplete="username"
                  value={email}
                  onChange={(_, { value }) => setEmail(value)}
                />
              </Field>
              <Field label={t('signIn.password')} required>
                <Input
                  type="password"
                  name="password"
                  autoComplete="current-password"
                  value={password}
                  onChange={(_, { value }) => setPassword(value)}
                />
              </Field>
              {signIn.error && (
                <MessageBar intent="error" layout="multiline" role="alert">
                  <MessageBarBody>{errorText(signIn.error)}</MessageBarBody>
                </MessageBar>
              )}
              <Button type="submit" appearance="primary" size="large" disabled={busy}>
                {t('signIn.do')}
              </Button>
              {ways.data?.entra && (
                <>
                  <Divider>{t('entra.or')}</Divider>
                  <Button as="a" size="large" href={entraPath(from)} onClick={leaveToSignIn}>
                    {t('entra.signIn')}
                  </Button>
                </>
              )}
            </form>
          )}
        </Card>
      </main>
    </div>
  );
}
