import {
  Body1,
  Button,
  Field,
  Input,
  Link,
  MessageBar,
  MessageBarBody,
  makeStyles,
  Radio,
  RadioGroup,
  Spinner,
  tokens,
} from '@fluentui/react-components';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../../../shared/api/request';
import { useErrorText } from '../../../shared/api/useErrorText';
import { CopyField } from '../CopyField';
import { ValueField } from '../ValueField';
import { automaticApi, type Standing, type Way } from './automaticApi';
import { useAutomaticChange } from './useAutomatic';

const useStyles = makeStyles({
  form: { display: 'grid', gap: tokens.spacingVerticalM, alignContent: 'start' },
  quiet: { color: tokens.colorNeutralForeground2 },
});

/** Signs the administrator in to Azure, for this run only. */
export function SignInForm({ standing }: { standing: Standing }) {
  const { t } = useTranslation();
  const styles = useStyles();
  const errorText = useErrorText();
  const { signIn, ways, run } = standing;
  const [way, setWay] = useState<Way>(signIn.way || run?.way || 'device-code');
  const [tenantId, setTenantId] = useState('');
  const [clientId, setClientId] = useState('');
  const [clientSecret, setClientSecret] = useState('');
  const begin = useAutomaticChange(automaticApi.signIn);
  const stop = useAutomaticChange(automaticApi.signOut);
  const wrong = (field: string) =>
    begin.error instanceof ProblemError
      ? begin.error.errors.find(({ location }) => location === `body.${field}`)?.message
      : undefined;
  const placed = ['tenantId', 'clientId', 'clientSecret'].some(wrong);

  if (signIn.state === 'pending') {
    return (
      <div className={styles.form}>
        {signIn.code ? (
          <>
            <Body1>{t('automatic.codeText')}</Body1>
            <CopyField label={t('automatic.code')} value={signIn.code} />
            <Link href={signIn.url} target="_blank" rel="noreferrer">
              {signIn.url}
            </Link>
            <Spinner
              size="tiny"
              style={{ justifyContent: 'start' }}
              label={t('automatic.codeWaiting')}
            />
          </>
        ) : (
          <Spinner
            size="tiny"
            style={{ justifyContent: 'start' }}
            label={t('automatic.signingIn')}
          />
        )}
        <div>
          <Button onClick={() => stop.mutate()}>{t('automatic.otherWay')}</Button>
        </div>
      </div>
    );
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (begin.isPending) return;
    begin.mutate(
      way === 'secret' ? { way, tenantId, clientId, clientSecret } : { way, tenantId, clientId },
    );
  };
  const choose = (next: Way) => {
    begin.reset();
    setWay(next);
  };
  return (
    <form noValidate autoComplete="off" className={styles.form} onSubmit={submit}>
      <Field label={t('automatic.signIn')} hint={t('automatic.signInText')}>
        <RadioGroup value={way} onChange={(_, { value }) => choose(value as Way)}>
          {ways.map((each) => (
            <Radio
              key={each.way}
              value={each.way}
              disabled={!each.available}
              label={
                each.available
                  ? t(`automatic.ways.${each.way}`)
                  : `${t(`automatic.ways.${each.way}`)} – ${t('automatic.wayAway')}`
              }
            />
          ))}
        </RadioGroup>
      </Field>
      {(way === 'secret' || way === 'device-code') && (
        <Field
          label={t('automatic.tenant')}
          hint={way === 'secret' ? undefined : t('automatic.tenantHint')}
          validationMessage={wrong('tenantId')}
        >
          <Input value={tenantId} onChange={(_, { value }) => setTenantId(value)} />
        </Field>
      )}
      {way === 'secret' && (
        <>
          <Field label={t('automatic.client')} validationMessage={wrong('clientId')}>
            <Input value={clientId} onChange={(_, { value }) => setClientId(value)} />
          </Field>
          <ValueField
            label={t('automatic.secret')}
            hint={t('automatic.secretHint')}
            value={clientSecret}
            onChange={setClientSecret}
            wrong={wrong('clientSecret')}
            secret
            readOnly={begin.isPending}
          />
        </>
      )}
      {signIn.state === 'failed' && !begin.error && (
        <MessageBar intent="error" role="alert" layout="multiline">
          <MessageBarBody>{signIn.problem}</MessageBarBody>
        </MessageBar>
      )}
      {begin.error && !placed && (
        <MessageBar intent="error" role="alert" layout="multiline">
          <MessageBarBody>{errorText(begin.error)}</MessageBarBody>
        </MessageBar>
      )}
      <div>
        <Button type="submit" appearance="primary" disabledFocusable={begin.isPending}>
          {t('automatic.signInDo')}
        </Button>
      </div>
    </form>
  );
}
