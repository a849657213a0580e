import { makeStyles, Tab, TabList, tokens } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatMoment } from '../../shared/format/time';
import { CopyButton } from '../../shared/ui/CopyButton';
import { type About, keys, planes, portal } from '../api/portal';
import { useLive } from '../live/PortalLive';
import { resourcePath } from '../resource/ids';
import { AppLink } from '../ui/AppLink';
import { Facts } from '../ui/Facts';
import { Loaded } from '../ui/Loaded';
import { PortalPage } from '../ui/PortalPage';
import { Section } from '../ui/Section';
import { ValueField } from '../ui/ValueField';
import { type SnippetKind, snippet, snippetKinds } from './snippets';

const useStyles = makeStyles({
  code: {
    margin: 0,
    padding: tokens.spacingHorizontalM,
    overflowX: 'auto',
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase300,
    backgroundColor: tokens.colorNeutralBackground3,
    borderRadius: tokens.borderRadiusMedium,
  },
  tabs: { overflowX: 'auto' },
});

/** What runs here, under which addresses, and how to point a program at it. */
export default function HomePage() {
  const { t } = useTranslation();
  const about = useQuery({ queryKey: keys.about, queryFn: ({ signal }) => portal.about(signal) });
  return (
    <PortalPage title={t('home.title')} about={t('home.about')}>
      <Loaded query={about}>
        {(found) => (
          <>
            <Running about={found} />
            <Example about={found} />
            <WellKnown about={found} />
          </>
        )}
      </Loaded>
    </PortalPage>
  );
}

function Running({ about }: { about: About }) {
  const { t, i18n } = useTranslation();
  const { readRequests } = useLive();
  const requests = useQuery({
    queryKey: keys.requests,
    queryFn: ({ signal }) => readRequests(signal),
  });
  const asked = (plane: string) =>
    requests.data?.items.filter((request) => request.plane === plane).length ?? 0;
  return (
    <Section
      title={t('home.running')}
      text={t('home.since', { at: formatMoment(about.startedAt, i18n.language) })}
    >
      <ValueField label={t('home.https')} value={`${about.https}/`} />
      <ValueField label={t('home.pages')} value={`${about.pages}/`} />
      <ValueField label={t('home.caFile')} value={about.caFile} />
      <div>
        <CopyButton named text={about.ca} what={t('home.ca')} />
      </div>
      <Facts
        facts={planes.map((plane) => [
          t(`plane.${plane}`),
          <AppLink key={plane} to={`/requests?plane=${plane}`}>
            {t('requests.count', { count: asked(plane) })}
          </AppLink>,
        ])}
      />
    </Section>
  );
}

function Example({ about }: { about: About }) {
  const { t } = useTranslation();
  const styles = useStyles();
  const [kind, setKind] = useState<SnippetKind>('environment');
  const text = snippet(kind, about);
  return (
    <Section
      title={t('home.example')}
      text={t('home.exampleText')}
      actions={<CopyButton text={text} what={t(`home.kinds.${kind}`)} />}
    >
      <TabList
        className={styles.tabs}
        size="small"
        selectedValue={kind}
        aria-label={t('home.example')}
        onTabSelect={(_, { value }) => setKind(value as SnippetKind)}
      >
        {snippetKinds.map((each) => (
          <Tab key={each} value={each}>
            {t(`home.kinds.${each}`)}
          </Tab>
        ))}
      </TabList>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <pre className={styles.code} tabIndex={0}>
        {text}
      </pre>
    </Section>
  );
}

function WellKnown({ about }: { about: About }) {
  const { t } = useTranslation();
  const { wellKnown } = about;
  return (
    <Section
      title={t('home.wellKnown')}
      text={t('home.wellKnownText')}
      actions={<AppLink to={resourcePath(wellKnown.resourceId)}>{t('home.open')}</AppLink>}
    >
      <ValueField label={t('keys.connectionString')} value={wellKnown.connectionString} />
      <ValueField label={t('resource.id')} value={wellKnown.resourceId} />
      <ValueField label={t('apps.tenantId')} value={wellKnown.tenantId} />
      <ValueField label={t('resource.subscriptionId')} value={wellKnown.subscriptionId} />
      <ValueField label={t('home.clientId')} value={wellKnown.clientId} />
      <ValueField label={t('home.clientSecret')} value={wellKnown.clientSecret} />
      <ValueField label={t('home.webhookAppId')} value={wellKnown.webhookAppId} />
      <ValueField label={t('home.tollFree')} value={wellKnown.numberTollFree} />
      <ValueField label={t('home.geographic')} value={wellKnown.numberGeographic} />
      <ValueField label={t('home.handset')} value={wellKnown.handsetNumber} />
    </Section>
  );
}
