import {
  Button,
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
import { useNavigate, useSearchParams } from 'react-router';
import { Note } from '../../shared/ui/Note';
import { AzureError } from '../api/azure';
import { type EventSubscription, type Group, keys, portal } from '../api/portal';
import { readId, resourcePath, subscriptionPath } from '../resource/ids';
import { NeedsSignIn } from '../session/NeedsSignIn';
import { AzureProblem } from '../ui/AzureProblem';
import { Loaded } from '../ui/Loaded';
import { PortalPage } from '../ui/PortalPage';
import { BasicTab, FeaturesTab, FiltersTab } from './FormTabs';
import { eventSubscriptionId, grid, gridKeys, systemTopicId } from './grid';
import { Progress } from './Progress';
import { type Source, startSource, topicsOf } from './sources';
import {
  type EventForm,
  emptyForm,
  type FormTab,
  formOf,
  propertiesOf,
  tabs,
  tabWith,
  wrongOf,
} from './subscriptionForm';

const useStyles = makeStyles({
  form: {
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 1fr)',
    gap: tokens.spacingVerticalL,
    maxWidth: '720px',
  },
  tabs: { overflowX: 'auto', flexShrink: 0 },
  // What goes on stays in sight, however far the fields are scrolled.
  foot: {
    position: 'sticky',
    bottom: `calc(-1 * ${tokens.spacingVerticalXXL})`,
    display: 'grid',
    gap: tokens.spacingVerticalM,
    paddingBlock: tokens.spacingVerticalM,
    backgroundColor: tokens.colorNeutralBackground2,
  },
  actions: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalM },
});

/** Creates an event subscription. `?source=` is the resource whose events it takes. */
export function CreateEventPage() {
  const { t } = useTranslation();
  const [parameters] = useSearchParams();
  const wanted = parameters.get('source') ?? '';
  const { name } = readId(wanted);
  const groups = useQuery({
    queryKey: keys.groups,
    queryFn: ({ signal }) => portal.groups(signal),
  });
  const others = useQuery({
    queryKey: keys.subscriptions(''),
    queryFn: ({ signal }) => portal.subscriptions('', signal),
  });
  const crumbs = [{ to: '/groups', label: t('nav.groups') }];
  const back = wanted ? `${resourcePath(wanted)}/events` : '/systemTopics';
  if (wanted) crumbs.push({ to: back, label: `${name} | ${t('blade.events')}` });
  return (
    <PortalPage
      title={t('eventForm.title')}
      kind={wanted ? name : t('events.subscription')}
      crumbs={crumbs}
    >
      <NeedsSignIn>
        <Loaded query={groups}>
          {({ items }) => (
            <Form groups={items} wanted={wanted} others={others.data?.items ?? []} back={back} />
          )}
        </Loaded>
      </NeedsSignIn>
    </PortalPage>
  );
}

/** Changes the event subscription `?id=`. */
export function EditEventPage() {
  const { t } = useTranslation();
  const [parameters] = useSearchParams();
  const id = parameters.get('id') ?? '';
  const back = subscriptionPath(id);
  return (
    <PortalPage
      title={t('eventForm.editTitle')}
      kind={readId(id).name}
      crumbs={[{ to: back, label: readId(id).name }]}
    >
      <NeedsSignIn>
        <EditForm id={id} back={back} />
      </NeedsSignIn>
    </PortalPage>
  );
}

function EditForm({ id, back }: { id: string; back: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const settings = useQuery({
    queryKey: gridKeys.settings(id),
    // What is typed must not be overtaken by a later reading.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    queryFn: async ({ signal }) => {
      const [{ items: groups }, { items }] = await Promise.all([
        portal.groups(signal),
        client.fetchQuery({
          queryKey: keys.subscriptions(''),
          queryFn: () => portal.subscriptions(''),
        }),
      ]);
      const found = items.find((each) => each.id.toLowerCase() === id.toLowerCase());
      if (!found) return { groups };
      return { groups, found, endpoint: (await grid.fullUrl(found.id)).endpointUrl };
    },
  });
  return (
    <Loaded query={settings}>
      {({ groups, found, endpoint }) =>
        found ? (
          <Form
            groups={groups}
            wanted={found.source}
            existing={found}
            endpoint={endpoint}
            back={back}
          />
        ) : (
          <Note title={t('resource.gone')}>{t('resource.goneText')}</Note>
        )
      }
    </Loaded>
  );
}

function Form({
  groups,
  wanted,
  existing,
  endpoint = '',
  others = [],
  back,
}: {
  groups: Group[];
  wanted: string;
  existing?: EventSubscription;
  endpoint?: string;
  others?: EventSubscription[];
  back: string;
}) {
  const { t } = useTranslation();
  const styles = useStyles();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [source, setSource] = useState<Source>(() => startSource(groups, wanted));
  const [typed, setTyped] = useState<EventForm>(() =>
    existing ? formOf(existing, endpoint) : emptyForm,
  );
  const [tab, setTab] = useState<FormTab>('basic');
  const [asked, setAsked] = useState(false);
  const [doing, setDoing] = useState('');

  const topics = topicsOf(groups, source.resource);
  const topic = topics.find(({ name }) => name === typed.topicName) ?? topics[0];
  const form = existing || !topic ? typed : { ...typed, topicName: topic.name };
  // One that failed is still there; trying again replaces it.
  const taken = others
    .filter((each) => each.topic.toLowerCase() === topic?.id.toLowerCase())
    .filter(({ state }) => state !== 'Failed')
    .map(({ name }) => name);
  const found = wrongOf(form, existing ? [] : taken, new Date());
  const wrong = asked ? found : {};

  const write = useMutation({
    mutationFn: async () => {
      const onProgress = (state: string) => {
        if (state === 'AwaitingManualAction') setDoing(t('eventForm.waits'));
      };
      if (existing) {
        setDoing(t('eventForm.saving'));
        const headers = existing.destination.properties.deliveryAttributeMappings?.length
          ? (await grid.attributes(existing.id)).value
          : undefined;
        await grid.writeSubscription(existing.id, propertiesOf(form, existing, headers), {
          onProgress,
        });
        return existing.id;
      }
      const topicId = topic?.id ?? systemTopicId(source.subscription, source.group, form.topicName);
      if (!topic) {
        setDoing(t('eventForm.creatingTopic', { name: form.topicName }));
        await grid.createTopic(topicId, source.resource);
      }
      setDoing(t('eventForm.validating'));
      const id = eventSubscriptionId(topicId, form.name);
      await grid.writeSubscription(id, propertiesOf(form), { onProgress });
      return id;
    },
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: keys.groups }),
        client.invalidateQueries({ queryKey: keys.allSubscriptions }),
      ]),
    onSuccess: (id) => navigate(subscriptionPath(id)),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setAsked(true);
    const at = tabWith(found);
    if (at) setTab(at);
    else if (source.resource) write.mutate();
    else setTab('basic');
  };
  const props = {
    form,
    wrong,
    exists: Boolean(existing),
    disabled: write.isPending,
    change: (part: Partial<EventForm>) => setTyped((before) => ({ ...before, ...part })),
  };
  return (
    <>
      <TabList
        className={styles.tabs}
        selectedValue={tab}
        onTabSelect={(_, { value }) => setTab(value as FormTab)}
      >
        {tabs.map((each) => (
          <Tab key={each} value={each}>
            {t(`eventForm.tabs.${each}`)}
          </Tab>
        ))}
      </TabList>
      <form className={styles.form} onSubmit={submit} noValidate>
        {tab === 'basic' && (
          <BasicTab {...props} groups={groups} source={source} onSource={setSource} />
        )}
        {tab === 'filters' && (
          <FiltersTab {...props} advanced={Boolean(existing?.filter.advancedFilters?.length)} />
        )}
        {tab === 'features' && <FeaturesTab {...props} />}
        <div className={styles.foot}>
          {write.isError && <Refusal error={write.error} exists={Boolean(existing)} />}
          {write.isPending && <Progress key={doing} text={doing} />}
          <div className={styles.actions}>
            <Button appearance="primary" type="submit" disabled={write.isPending}>
              {t(existing ? 'eventForm.save' : 'eventForm.create')}
            </Button>
            <Button disabled={write.isPending} onClick={() => navigate(back)}>
              {t('eventForm.back')}
            </Button>
          </div>
        </div>
      </form>
    </>
  );
}

/** Why Azure refused: in its own words, with what to look at before trying again. */
function Refusal({ error, exists }: { error: unknown; exists: boolean }) {
  const { t } = useTranslation();
  if (!(error instanceof AzureError) || error.code !== 'Url validation') {
    return <AzureProblem error={error} />;
  }
  return (
    <MessageBar intent="error" layout="multiline" role="alert">
      <MessageBarBody>
        <MessageBarTitle>{t(exists ? 'eventForm.notSaved' : 'eventForm.failed')}</MessageBarTitle>
        <div style={{ overflowWrap: 'anywhere' }} lang="en">
          {error.code}: {error.message}
        </div>
        <div>{t('eventForm.again')}</div>
      </MessageBarBody>
    </MessageBar>
  );
}
