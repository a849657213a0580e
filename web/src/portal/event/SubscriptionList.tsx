import { Badge, Caption1, makeStyles, tokens } from '@fluentui/react-components';
import { FlashFlowRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { type Column, DataTable } from '../../shared/ui/DataTable';
import { Note } from '../../shared/ui/Note';
import { type EventSubscription, keys, portal } from '../api/portal';
import { subscriptionPath } from '../resource/ids';
import { AppLink } from '../ui/AppLink';
import { Loaded } from '../ui/Loaded';
import { filterText } from './filterText';
import { stateColor } from './stateColor';

const useStyles = makeStyles({
  endpoint: {
    display: 'block',
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
    color: tokens.colorNeutralForeground3,
  },
});

/** Up to so many event types are named in the list; of more, how many they are. */
const fewTypes = 4;

/** The event subscriptions on a resource or a topic. */
export function SubscriptionList({ resource }: { resource: string }) {
  const { t } = useTranslation();
  const styles = useStyles();
  const subscriptions = useQuery({
    queryKey: keys.subscriptions(resource),
    queryFn: ({ signal }) => portal.subscriptions(resource, signal),
  });
  const shortFilter = ({ filter }: EventSubscription) => {
    const types = filter.includedEventTypes ?? [];
    const many = types.length > fewTypes;
    const lines = filterText(many ? { ...filter, includedEventTypes: null } : filter);
    if (many) lines.unshift(t('events.types', { count: types.length }));
    return lines.join(', ') || t('events.all');
  };
  const columns: Column<EventSubscription>[] = [
    {
      key: 'name',
      title: t('events.nameAndEndpoint'),
      cell: ({ id, name, destination: { properties } }) => (
        <>
          <AppLink to={subscriptionPath(id)}>{name}</AppLink>
          <Caption1 className={styles.endpoint} title={properties.endpointBaseUrl}>
            {properties.endpointBaseUrl}
          </Caption1>
        </>
      ),
    },
    {
      key: 'state',
      title: t('resource.state'),
      width: '110px',
      cell: (row) => (
        <Badge appearance="tint" color={stateColor(row.state)}>
          {row.state}
        </Badge>
      ),
    },
    {
      key: 'filter',
      title: t('events.filter'),
      cell: (row) => <Caption1>{shortFilter(row)}</Caption1>,
    },
    {
      key: 'delivered',
      title: t('events.short.delivered'),
      width: '80px',
      cell: (row) => row.metrics.delivered,
    },
    {
      key: 'failed',
      title: t('events.short.failed'),
      width: '80px',
      cell: (row) => row.metrics.failed,
    },
    {
      key: 'pending',
      title: t('events.short.pending'),
      width: '90px',
      cell: (row) => row.metrics.pending,
    },
  ];
  return (
    <Loaded query={subscriptions}>
      {({ items }) =>
        items.length === 0 ? (
          <Note icon={<FlashFlowRegular />} title={t('events.none')}>
            {t('events.noneText')}
          </Note>
        ) : (
          <DataTable
            label={t('events.subscriptions')}
            columns={columns}
            rows={items}
            rowKey={({ id }) => id}
          />
        )
      }
    </Loaded>
  );
}
