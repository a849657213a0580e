import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useLocation, useParams } from 'react-router';
import { Note } from '../../shared/ui/Note';
import { keys, portal } from '../api/portal';
import { groupId, readId, resourcePath } from '../resource/ids';
import { AppLink } from '../ui/AppLink';
import { Facts } from '../ui/Facts';
import { Loaded } from '../ui/Loaded';
import { PortalPage } from '../ui/PortalPage';
import { Section } from '../ui/Section';
import { ValueField } from '../ui/ValueField';
import { SubscriptionList } from './SubscriptionList';

/** A system topic or a custom topic, with the event subscriptions on it. */
export default function TopicPage() {
  const { t } = useTranslation();
  const { subscription = '', group = '', name = '' } = useParams();
  const { pathname } = useLocation();
  const id = decodeURI(pathname).replace(/^\/resource/, '');
  const groups = useQuery({
    queryKey: keys.groups,
    queryFn: ({ signal }) => portal.groups(signal),
  });
  return (
    <PortalPage
      title={name}
      kind={t(`resource.types.${/\/systemTopics\//i.test(id) ? 'systemTopics' : 'topics'}`)}
      crumbs={[
        { to: '/groups', label: t('nav.groups') },
        { to: resourcePath(groupId(subscription, group)), label: group },
      ]}
    >
      <Loaded query={groups}>
        {({ items }) => {
          const topic = items
            .flatMap(({ resources }) => resources)
            .find((each) => each.id.toLowerCase() === id.toLowerCase());
          if (!topic) return <Note title={t('resource.gone')}>{t('resource.goneText')}</Note>;
          return (
            <>
              <Section title={t('resource.essentials')}>
                <Facts
                  facts={[
                    [
                      t('events.source'),
                      topic.source && (
                        <AppLink to={resourcePath(topic.source)}>
                          {readId(topic.source).name}
                        </AppLink>
                      ),
                    ],
                    [t('resource.location'), topic.location],
                  ]}
                />
                <ValueField label={t('resource.id')} value={topic.id} />
              </Section>
              <SubscriptionList resource={topic.id} />
            </>
          );
        }}
      </Loaded>
    </PortalPage>
  );
}
