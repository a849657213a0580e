import { FlashFlowRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { type Column, DataTable } from '../../shared/ui/DataTable';
import { Note } from '../../shared/ui/Note';
import { type Group, keys, portal, type Resource } from '../api/portal';
import { readId, resourcePath } from '../resource/ids';
import { AppLink } from '../ui/AppLink';
import { ButtonLink } from '../ui/ButtonLink';
import { Loaded } from '../ui/Loaded';
import { PortalPage } from '../ui/PortalPage';

interface Row {
  topic: Resource;
  group: Group;
}

/** The system topics of the local cloud: through each of them the events of one resource go out. */
export default function SystemTopicsPage() {
  const { t } = useTranslation();
  const groups = useQuery({
    queryKey: keys.groups,
    queryFn: ({ signal }) => portal.groups(signal),
  });
  const columns: Column<Row>[] = [
    {
      key: 'name',
      title: t('resource.name'),
      cell: ({ topic }) => <AppLink to={resourcePath(topic.id)}>{topic.name}</AppLink>,
    },
    {
      key: 'source',
      title: t('events.source'),
      cell: ({ topic: { source = '' } }) => (
        <AppLink to={resourcePath(source)}>{readId(source).name}</AppLink>
      ),
    },
    {
      key: 'group',
      title: t('resource.group'),
      cell: ({ group }) => <AppLink to={resourcePath(group.id)}>{group.name}</AppLink>,
    },
    {
      key: 'subscription',
      title: t('resource.subscription'),
      cell: ({ group }) => group.subscriptionName,
    },
  ];
  const create = (
    <ButtonLink appearance="primary" to="/systemTopics/create">
      {t('systemTopic.create')}
    </ButtonLink>
  );
  return (
    <PortalPage title={t('nav.systemTopics')} about={t('systemTopic.about')} actions={create}>
      <Loaded query={groups}>
        {({ items }) => {
          const rows = items.flatMap((group) =>
            group.resources.filter(({ source }) => source).map((topic) => ({ topic, group })),
          );
          return rows.length === 0 ? (
            <Note icon={<FlashFlowRegular />} title={t('systemTopic.none')}>
              {t('systemTopic.noneText')}
            </Note>
          ) : (
            <DataTable
              label={t('nav.systemTopics')}
              columns={columns}
              rows={rows}
              rowKey={({ topic }) => topic.id}
            />
          );
        }}
      </Loaded>
    </PortalPage>
  );
}
