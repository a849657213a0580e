import {
  Button,
  Field,
  Input,
  MessageBar,
  MessageBarBody,
  MessageBarTitle,
  makeStyles,
  Tab,
  TabList,
  tokens,
} from '@fluentui/react-components';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { type Group, keys, portal } from '../api/portal';
import { readId, resourcePath } from '../resource/ids';
import { NeedsSignIn } from '../session/NeedsSignIn';
import { AppLink } from '../ui/AppLink';
import { AzureProblem } from '../ui/AzureProblem';
import { ButtonLink } from '../ui/ButtonLink';
import { Facts } from '../ui/Facts';
import { Loaded } from '../ui/Loaded';
import { PortalPage } from '../ui/PortalPage';
import { Section } from '../ui/Section';
import { grid, systemTopicId } from './grid';
import { Progress } from './Progress';
import { SourceFields } from './SourceFields';
import { isTopicName, type Source, startSource, topicsOf } from './sources';

const useStyles = makeStyles({
  form: {
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 1fr)',
    gap: tokens.spacingVerticalL,
    maxWidth: '640px',
  },
  actions: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalM },
});

/** Creates a system topic: what it is, then a look at all of it, then its deployment. `?source=` is the resource to begin with. */
export default function CreateTopicPage() {
  const { t } = useTranslation();
  const [parameters] = useSearchParams();
  const groups = useQuery({
    queryKey: keys.groups,
    queryFn: ({ signal }) => portal.groups(signal),
  });
  return (
    <PortalPage
      title={t('systemTopic.createTitle')}
      kind={t('systemTopic.kind')}
      crumbs={[{ to: '/systemTopics', label: t('nav.systemTopics') }]}
    >
      <NeedsSignIn>
        <Loaded query={groups}>
          {({ items }) => <TopicForm groups={items} wanted={parameters.get('source') ?? ''} />}
        </Loaded>
      </NeedsSignIn>
    </PortalPage>
  );
}

function TopicForm({ groups, wanted }: { groups: Group[]; wanted: string }) {
  const { t } = useTranslation();
  const styles = useStyles();
  const client = useQueryClient();
  const [source, setSource] = useState<Source>(() => startSource(groups, wanted));
  const [name, setName] = useState('');
  const [step, setStep] = useState<'basics' | 'review'>('basics');
  const [asked, setAsked] = useState(false);
  const id = systemTopicId(source.subscription, source.group, name);
  const deploy = useMutation({
    mutationFn: () => grid.createTopic(id, source.resource),
    onSettled: () => client.invalidateQueries({ queryKey: keys.groups }),
  });
  const [existing] = topicsOf(groups, source.resource);
  const taken = groups.some(({ resources }) =>
    resources.some((each) => each.id.toLowerCase() === id.toLowerCase()),
  );
  const wrongName = !isTopicName(name) ? 'name' : taken ? 'taken' : undefined;
  const ready = !wrongName && source.resource !== '' && !existing;
  const review = (event?: FormEvent) => {
    event?.preventDefault();
    setAsked(true);
    if (ready) setStep('review');
  };

  if (deploy.isSuccess) return <Deployed id={id} />;
  return (
    <>
      <TabList
        selectedValue={step}
        onTabSelect={(_, { value }) => (value === 'review' ? review() : setStep('basics'))}
      >
        <Tab value="basics" disabled={deploy.isPending}>
          {t('systemTopic.basics')}
        </Tab>
        <Tab value="review" disabled={deploy.isPending}>
          {t('systemTopic.review')}
        </Tab>
      </TabList>
      {step === 'basics' ? (
        <form className={styles.form} onSubmit={review} noValidate>
          <SourceFields groups={groups} source={source} onChange={setSource} />
          {existing && (
            <MessageBar intent="warning" layout="multiline" role="status">
              <MessageBarBody>
                {t('systemTopic.oneOnly')}{' '}
                <AppLink to={resourcePath(existing.id)}>{existing.name}</AppLink>
              </MessageBarBody>
            </MessageBar>
          )}
          <Field
            label={t('resource.name')}
            required
            hint={t('systemTopic.nameHint')}
            validationMessage={asked && wrongName ? t(`systemTopic.wrong.${wrongName}`) : undefined}
          >
            <Input value={name} autoComplete="off" onChange={(_, { value }) => setName(value)} />
          </Field>
          <div className={styles.actions}>
            <Button appearance="primary" type="submit">
              {t('systemTopic.review')}
            </Button>
          </div>
        </form>
      ) : (
        <div className={styles.form}>
          <Section title={t('systemTopic.basics')}>
            <Facts
              facts={[
                [t('source.topicTypes'), 'Azure Communication Services'],
                [t('source.subscription'), source.subscription],
                [t('source.group'), source.group],
                [t('source.resource'), readId(source.resource).name],
                [t('resource.name'), name],
                [t('resource.location'), 'global'],
              ]}
            />
          </Section>
          {deploy.isError && <AzureProblem error={deploy.error} />}
          {deploy.isPending && <Progress text={t('systemTopic.deploying')} />}
          <div className={styles.actions}>
            <Button
              appearance="primary"
              disabled={deploy.isPending || !ready}
              onClick={() => deploy.mutate()}
            >
              {t('systemTopic.create')}
            </Button>
            <Button disabled={deploy.isPending} onClick={() => setStep('basics')}>
              {t('systemTopic.previous')}
            </Button>
          </div>
        </div>
      )}
    </>
  );
}

function Deployed({ id }: { id: string }) {
  const { t } = useTranslation();
  const styles = useStyles();
  return (
    <div className={styles.form}>
      <MessageBar intent="success" layout="multiline" role="status">
        <MessageBarBody>
          <MessageBarTitle>{t('systemTopic.deployed')}</MessageBarTitle>
          {t('systemTopic.deployedText')}
        </MessageBarBody>
      </MessageBar>
      <div className={styles.actions}>
        <ButtonLink appearance="primary" to={resourcePath(id)}>
          {t('systemTopic.goTo')}
        </ButtonLink>
      </div>
    </div>
  );
}
