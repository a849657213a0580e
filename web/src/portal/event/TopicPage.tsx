import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { AddRegular, DeleteRegular } from '@fluentui/react-icons';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation, useNavigate, useParams } from 'react-router';
import { Note } from '../../shared/ui/Note';
import { keys, portal, type Resource } from '../api/portal';
import { createSubscriptionPath, groupId, readId, resourcePath } from '../resource/ids';
import { SignInBar } from '../session/NeedsSignIn';
import { useSession } from '../session/useSession';
import { AppLink } from '../ui/AppLink';
import { ButtonLink } from '../ui/ButtonLink';
import { ConfirmDialog } from '../ui/ConfirmDialog';
import { Facts } from '../ui/Facts';
import { Loaded } from '../ui/Loaded';
import { PortalPage } from '../ui/PortalPage';
import { Section } from '../ui/Section';
import { ValueField } from '../ui/ValueField';
import { grid } from './grid';
import { SubscriptionList } from './SubscriptionList';

const useStyles = makeStyles({
  actions: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalS },
});

/** A system topic or a custom topic, with the event subscriptions on it. */
export default function TopicPage() {
  const { t } = useTranslation();
  const styles = useStyles();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { account } = useSession();
  const [asking, setAsking] = useState(false);
  const { subscription = '', group = '', name = '' } = useParams();
  const { pathname } = useLocation();
  const id = decodeURI(pathname).replace(/^\/resource/, '');
  const isTopic = (each: Resource) => each.id.toLowerCase() === id.toLowerCase();
  const groups = useQuery({
    queryKey: keys.groups,
    queryFn: ({ signal }) => portal.groups(signal),
  });
  const all = groups.data?.items ?? [];
  const holder = all.find(({ resources }) => resources.some(isTopic));
  const topic = holder?.resources.find(isTopic);
  const actions = topic && (
    <div className={styles.actions}>
      {topic.source && (
        <ButtonLink icon={<AddRegular />} to={createSubscriptionPath(topic.source)}>
          {t('events.create')}
        </ButtonLink>
      )}
      <Button icon={<DeleteRegular />} disabled={!account} onClick={() => setAsking(true)}>
        {t('events.delete')}
      </Button>
    </div>
  );
  return (
    <PortalPage
      title={name}
      actions={actions}
      kind={t(`resource.types.${/\/systemTopics\//i.test(id) ? 'systemTopics' : 'topics'}`)}
      crumbs={[
        { to: '/groups', label: t('nav.groups') },
        { to: resourcePath(groupId(subscription, group)), label: group },
      ]}
    >
      <SignInBar />
      <Loaded query={groups}>
        {() =>
          topic && holder ? (
            <>
              <Section title={t('resource.essentials')}>
                <Facts
                  facts={[
                    [
                      t('resource.group'),
                      <AppLink key="group" to={resourcePath(holder.id)}>
                        {holder.name}
                      </AppLink>,
                    ],
                    [
                      t('resource.subscription'),
                      <AppLink key="subscription" to={`/subscriptions/${holder.subscriptionId}`}>
                        {holder.subscriptionName}
                      </AppLink>,
                    ],
                    [t('resource.subscriptionId'), holder.subscriptionId],
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
          ) : (
            <Note title={t('resource.gone')}>{t('resource.goneText')}</Note>
          )
        }
      </Loaded>
      {asking && topic && (
        <ConfirmDialog
          title={t('events.askDeleteTopic')}
          text={t('events.askDeleteTopicText', { name: topic.name })}
          doIt={t('events.delete')}
          act={() => grid.remove(topic.id)}
          onDone={() => {
            void client.invalidateQueries({ queryKey: keys.groups });
            void client.invalidateQueries({ queryKey: keys.allSubscriptions });
            navigate('/systemTopics');
          }}
          onClose={() => setAsking(false)}
        />
      )}
    </PortalPage>
  );
}
