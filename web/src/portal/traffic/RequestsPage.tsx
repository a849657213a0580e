import {
  Badge,
  Button,
  Caption1,
  makeStyles,
  SearchBox,
  Select,
  Tab,
  TabList,
  tokens,
} from '@fluentui/react-components';
import { TextBulletListSquareRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { type Column, DataTable } from '../../shared/ui/DataTable';
import { Note } from '../../shared/ui/Note';
import { type CloudRequest, keys, planes, type RequestList } from '../api/portal';
import { useLive } from '../live/PortalLive';
import { Loaded } from '../ui/Loaded';
import { PortalPage } from '../ui/PortalPage';
import { filterRequests, type StatusFilter, sortRoutes, statusFilters } from './filter';
import { RequestTable } from './RequestTable';
import { useCallerName } from './useCallerName';
import { useNoteText } from './useNoteText';

const useStyles = makeStyles({
  filter: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalM },
  search: { flexGrow: 1, minWidth: '180px', maxWidth: '420px' },
  count: { color: tokens.colorNeutralForeground3 },
  tab: { display: 'inline-flex', alignItems: 'center', gap: tokens.spacingHorizontalS },
});

/** Every request to the local cloud as it is answered, and the routes that it does not know. The address keeps the filter. */
export default function RequestsPage() {
  const { t } = useTranslation();
  const styles = useStyles();
  const { readRequests } = useLive();
  const [parameters, setParameters] = useSearchParams();
  const requests = useQuery({
    queryKey: keys.requests,
    queryFn: ({ signal }) => readRequests(signal),
  });
  const unknown = parameters.get('tab') === 'unknown';
  const routes = Object.keys(requests.data?.unknownRoutes ?? {}).length;
  return (
    <PortalPage title={t('nav.requests')} about={t('requests.about')}>
      <TabList
        selectedValue={unknown ? 'unknown' : 'all'}
        aria-label={t('nav.requests')}
        onTabSelect={(_, { value }) =>
          setParameters(value === 'unknown' ? { tab: 'unknown' } : {}, { replace: true })
        }
      >
        <Tab value="all">{t('requests.all')}</Tab>
        <Tab value="unknown">
          <span className={styles.tab}>
            {t('requests.unknown')}
            {routes > 0 && (
              <Badge appearance="tint" color="warning">
                {routes}
              </Badge>
            )}
          </span>
        </Tab>
      </TabList>
      <Loaded query={requests}>
        {(list) => (unknown ? <UnknownRoutes list={list} /> : <Requests list={list.items} />)}
      </Loaded>
    </PortalPage>
  );
}

/** How many rows are drawn at first, and how many more each time they are asked for. */
const step = 100;

function Requests({ list }: { list: CloudRequest[] }) {
  const { t } = useTranslation();
  const styles = useStyles();
  const callerName = useCallerName();
  const tellNote = useNoteText();
  const noteText = (request: CloudRequest) => tellNote(request)?.text ?? '';
  const [parameters, setParameters] = useSearchParams();
  const [rows, setRows] = useState(step);
  const filter = {
    text: parameters.get('text') ?? '',
    plane: parameters.get('plane') ?? '',
    status: (parameters.get('status') ?? '') as StatusFilter,
  };
  const change = (part: Partial<typeof filter>) => {
    const next = Object.entries({ ...filter, ...part }).filter(([, value]) => value);
    setParameters(Object.fromEntries(next), { replace: true });
  };
  const passed = filterRequests(list, filter, callerName, noteText).reverse();
  const filtered = filter.text !== '' || filter.plane !== '' || filter.status !== '';
  return (
    <>
      <search className={styles.filter}>
        <SearchBox
          className={styles.search}
          aria-label={t('requests.search')}
          placeholder={t('requests.search')}
          value={filter.text}
          onChange={(_, { value }) => change({ text: value })}
        />
        <Select
          aria-label={t('requests.plane')}
          value={filter.plane}
          onChange={(_, { value }) => change({ plane: value })}
        >
          <option value="">{t('requests.anyPlane')}</option>
          {[...planes, 'unknown'].map((plane) => (
            <option key={plane} value={plane}>
              {t(`plane.${plane}`)}
            </option>
          ))}
        </Select>
        <Select
          aria-label={t('requests.status')}
          value={filter.status}
          onChange={(_, { value }) => change({ status: value as StatusFilter })}
        >
          <option value="">{t('requests.anyStatus')}</option>
          {statusFilters.map((status) => (
            <option key={status} value={status}>
              {t(`requests.statuses.${status}`)}
            </option>
          ))}
        </Select>
        {filtered && (
          <Button onClick={() => setParameters({}, { replace: true })}>
            {t('requests.clear')}
          </Button>
        )}
      </search>
      {passed.length === 0 ? (
        <Note icon={<TextBulletListSquareRegular />} title={t('requests.none')}>
          {t(filtered ? 'requests.noneFilter' : 'requests.noneText')}
        </Note>
      ) : (
        <>
          <Caption1 className={styles.count}>
            {t('requests.count', { count: passed.length })}
          </Caption1>
          <RequestTable requests={passed.slice(0, rows)} callerName={callerName} />
        </>
      )}
      {passed.length > rows && (
        <div>
          <Button onClick={() => setRows(rows + step)}>{t('requests.more')}</Button>
        </div>
      )}
    </>
  );
}

function UnknownRoutes({ list }: { list: RequestList }) {
  const { t } = useTranslation();
  const routes = sortRoutes(list.unknownRoutes);
  const columns: Column<(typeof routes)[number]>[] = [
    { key: 'method', title: t('requests.method'), width: '100px', cell: (row) => row.method },
    { key: 'path', title: t('requests.path'), cell: (row) => row.path },
    { key: 'count', title: t('requests.times'), width: '120px', cell: (row) => row.count },
  ];
  if (routes.length === 0) {
    return <Note title={t('requests.noUnknown')}>{t('requests.noUnknownText')}</Note>;
  }
  return (
    <DataTable
      label={t('requests.unknown')}
      columns={columns}
      rows={routes}
      rowKey={({ method, path }) => `${method} ${path}`}
    />
  );
}
