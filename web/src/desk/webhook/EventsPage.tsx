import { Badge, Button, Link, Tab, TabList } from '@fluentui/react-components';
import { ClipboardBulletListLtrRegular } from '@fluentui/react-icons';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { formatMoment } from '../../shared/format/time';
import { type Column, DataTable } from '../../shared/ui/DataTable';
import { Loading, LoadingFailed, Note } from '../../shared/ui/Note';
import { api } from '../api/client';
import { keys } from '../api/keys';
import { type EventState, eventStates, type LedgerEvent } from '../api/types';
import { AdminPage } from '../shell/AdminPage';
import { EventDrawer } from './EventDrawer';
import { stateColors } from './stateColors';

/** The ledger: every event that Event Grid delivered, what became of it and why. The address keeps the filter and the open event. */
export default function EventsPage() {
  const { t, i18n } = useTranslation();
  const [parameters, setParameters] = useSearchParams();
  const named = parameters.get('state') as EventState;
  const state = eventStates.includes(named) ? named : '';
  const opened = Number(parameters.get('event') ?? '');
  const events = useInfiniteQuery({
    queryKey: keys.eventList(state),
    queryFn: ({ pageParam, signal }) => api.events(state, pageParam, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.next || undefined,
  });
  const rows = events.data?.pages.flatMap((page) => page.items) ?? [];
  const show = (change: { state?: string; event?: string }) => {
    const next = { state, event: parameters.get('event') ?? '', ...change };
    setParameters(Object.fromEntries(Object.entries(next).filter(([, value]) => value)), {
      replace: true,
    });
  };
  const columns: Column<LedgerEvent>[] = [
    {
      key: 'received',
      title: t('events.received'),
      width: '200px',
      cell: (row) => formatMoment(row.receivedAt, i18n.language),
    },
    {
      key: 'type',
      title: t('events.type'),
      cell: (row) => (
        <Link as="button" onClick={() => show({ event: String(row.seq) })}>
          {row.type.replace(/^Microsoft\.Communication\./, '')}
        </Link>
      ),
    },
    { key: 'kind', title: t('events.kind'), width: '130px', cell: (row) => row.kind },
    {
      key: 'state',
      title: t('events.state'),
      width: '120px',
      cell: (row) => (
        <Badge appearance="tint" color={stateColors[row.state]}>
          {t(`events.states.${row.state}`)}
        </Badge>
      ),
    },
    { key: 'reason', title: t('events.reason'), cell: (row) => row.reason || '–' },
  ];
  return (
    <AdminPage title={t('nav.events')} about={t('events.about')}>
      <TabList
        selectedValue={state}
        aria-label={t('events.filter')}
        onTabSelect={(_, { value }) => show({ state: String(value) })}
        style={{ flexWrap: 'wrap' }}
      >
        <Tab value="">{t('events.all')}</Tab>
        {eventStates.map((each) => (
          <Tab key={each} value={each}>
            {t(`events.states.${each}`)}
          </Tab>
        ))}
      </TabList>
      {events.isPending && <Loading />}
      {events.isLoadingError && (
        <LoadingFailed error={events.error} retry={() => void events.refetch()} />
      )}
      {events.isSuccess && rows.length === 0 && (
        <Note icon={<ClipboardBulletListLtrRegular />} title={t('events.none')}>
          {t(state ? 'events.noneState' : 'events.noneText')}
        </Note>
      )}
      {rows.length > 0 && (
        <DataTable
          label={t('nav.events')}
          columns={columns}
          rows={rows}
          rowKey={(row) => String(row.seq)}
        />
      )}
      {events.hasNextPage && (
        <div>
          <Button disabled={events.isFetchingNextPage} onClick={() => void events.fetchNextPage()}>
            {t('list.more')}
          </Button>
        </div>
      )}
      {opened > 0 && <EventDrawer seq={opened} onClose={() => show({ event: '' })} />}
    </AdminPage>
  );
}
