import {
  Button,
  Field,
  Input,
  makeStyles,
  Radio,
  RadioGroup,
  Spinner,
  tokens,
} from '@fluentui/react-components';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { type Audience, audiences, directory, directoryKeys } from '../api/directory';
import { keys } from '../api/portal';
import { NeedsSignIn } from '../session/NeedsSignIn';
import type { Account } from '../session/session';
import { AzureProblem } from '../ui/AzureProblem';
import { PortalPage } from '../ui/PortalPage';
import { Section } from '../ui/Section';

const useStyles = makeStyles({
  form: { display: 'grid', gap: tokens.spacingVerticalL },
  name: { maxWidth: '480px' },
});

/** Register an application. */
export default function RegisterPage() {
  const { t } = useTranslation();
  return (
    <PortalPage
      title={t('register.title')}
      crumbs={[{ to: '/apps', label: t('nav.apps') }]}
      about={t('register.about')}
    >
      <NeedsSignIn>{(account) => <RegisterForm account={account} />}</NeedsSignIn>
    </PortalPage>
  );
}

function RegisterForm({ account }: { account: Account }) {
  const { t } = useTranslation();
  const styles = useStyles();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const [audience, setAudience] = useState<Audience>('AzureADMyOrg');
  const [missing, setMissing] = useState(false);
  const organization = useQuery({
    queryKey: directoryKeys.organization(account.id),
    queryFn: async ({ signal }) => (await directory.organization(signal)) ?? null,
  });
  const registering = useMutation({
    mutationFn: async () => {
      const made = await directory.register(name.trim(), audience);
      // As Azure's portal does. Should it fail, the overview offers to do it.
      await directory.createPrincipal(made.appId).catch(() => undefined);
      return made;
    },
    onSuccess: async (made) => {
      await Promise.all([
        client.invalidateQueries({ queryKey: keys.applications }),
        client.invalidateQueries({ queryKey: directoryKeys.owned(account.id) }),
      ]);
      navigate(`/apps/${made.appId}`);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() === '') setMissing(true);
    else registering.mutate();
  };
  const label = (each: Audience) =>
    each === 'AzureADMyOrg' && organization.data
      ? t('register.mine', { name: organization.data.displayName })
      : t(`apps.audiences.${each}`);
  return (
    <form onSubmit={submit} noValidate>
      <Section title={t('register.title')}>
        <div className={styles.form}>
          <Field
            className={styles.name}
            label={t('resource.name')}
            required
            hint={t('register.nameHint')}
            validationMessage={missing ? t('register.nameNeeded') : undefined}
          >
            <Input
              value={name}
              maxLength={120}
              onChange={(_, { value }) => {
                setName(value);
                setMissing(false);
              }}
            />
          </Field>
          <Field label={t('apps.audience')} hint={t('register.audienceHint')}>
            <RadioGroup
              value={audience}
              onChange={(_, { value }) => setAudience(value as Audience)}
            >
              {audiences.map((each) => (
                <Radio key={each} value={each} label={label(each)} />
              ))}
            </RadioGroup>
          </Field>
          {registering.isError && <AzureProblem error={registering.error} />}
          <div>
            <Button
              type="submit"
              appearance="primary"
              disabled={registering.isPending}
              icon={registering.isPending ? <Spinner size="tiny" /> : undefined}
            >
              {t('register.do')}
            </Button>
          </div>
        </div>
      </Section>
    </form>
  );
}
