import {
  makeStyles,
  Nav,
  NavSectionHeader,
  Tab,
  TabList,
  tokens,
} from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { Fragment, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import { NavEntry } from '../../shared/ui/NavEntry';
import { Note } from '../../shared/ui/Note';
import { useNarrow } from '../../shared/ui/useNarrow';
import { keys, portal, type Service } from '../api/portal';
import { EventsBlade } from '../event/EventsBlade';
import { Loaded } from '../ui/Loaded';
import { PortalPage } from '../ui/PortalPage';
import { bladeGroups } from './blades';
import { groupId, resourcePath, serviceId } from './ids';
import { KeysBlade } from './KeysBlade';
import { NumbersBlade } from './NumbersBlade';
import { OverviewBlade } from './OverviewBlade';
import { PropertiesBlade } from './PropertiesBlade';

const useStyles = makeStyles({
  body: { display: 'flex', gap: tokens.spacingHorizontalXXL, alignItems: 'flex-start' },
  menu: {
    width: '200px',
    flexShrink: 0,
    '& .fui-NavItem': { backgroundColor: 'transparent' },
    '& .fui-NavItem:hover': { backgroundColor: tokens.colorNeutralBackground2Hover },
  },
  blade: {
    flexGrow: 1,
    minWidth: 0,
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalL,
  },
  tabs: { overflowX: 'auto', flexShrink: 0 },
});

const blades: Record<string, (props: { service: Service }) => ReactElement> = {
  '': OverviewBlade,
  events: EventsBlade,
  properties: PropertiesBlade,
  keys: KeysBlade,
  numbers: NumbersBlade,
};

/** A communication resource: its menu, and the part of it that the address names. */
export default function ServicePage() {
  const { t } = useTranslation();
  const styles = useStyles();
  const narrow = useNarrow();
  const { subscription = '', group = '', name = '', blade = '' } = useParams();
  const id = serviceId(subscription, group, name);
  const service = useQuery({
    queryKey: keys.service(id),
    queryFn: ({ signal }) => portal.service(id, signal),
  });
  const Blade = blades[blade.toLowerCase()];
  const heading = blade === '' ? name : `${name} | ${t(`blade.${blade.toLowerCase()}`)}`;
  return (
    <PortalPage
      title={heading}
      kind={t('resource.types.CommunicationServices')}
      crumbs={[
        { to: '/groups', label: t('nav.groups') },
        { to: resourcePath(groupId(subscription, group)), label: group },
        ...(blade === '' ? [] : [{ to: resourcePath(id), label: name }]),
      ]}
    >
      {narrow && <BladeTabs id={id} blade={blade} />}
      <div className={styles.body}>
        {!narrow && <BladeMenu id={id} blade={blade} />}
        <div className={styles.blade}>
          {Blade ? (
            <Loaded query={service}>{(found) => <Blade service={found} />}</Loaded>
          ) : (
            <Note title={t('noPage.title')}>{t('noPage.text')}</Note>
          )}
        </div>
      </div>
    </PortalPage>
  );
}

function BladeMenu({ id, blade }: { id: string; blade: string }) {
  const { t } = useTranslation();
  const styles = useStyles();
  return (
    <Nav
      className={styles.menu}
      density="small"
      selectedValue={`blade:${blade.toLowerCase()}`}
      role="navigation"
      aria-label={t('blade.menu')}
    >
      {bladeGroups.map(({ group, blades: entries }) => (
        <Fragment key={group}>
          {group && <NavSectionHeader>{t(`blade.groups.${group}`)}</NavSectionHeader>}
          {entries.map(({ name, icon }) => (
            <NavEntry
              key={name}
              to={resourcePath(id) + (name && `/${name}`)}
              value={`blade:${name}`}
              icon={icon}
              label={t(`blade.${name || 'overview'}`)}
            />
          ))}
        </Fragment>
      ))}
    </Nav>
  );
}

function BladeTabs({ id, blade }: { id: string; blade: string }) {
  const { t } = useTranslation();
  const styles = useStyles();
  const navigate = useNavigate();
  return (
    <TabList
      className={styles.tabs}
      size="small"
      selectedValue={blade.toLowerCase()}
      aria-label={t('blade.menu')}
      onTabSelect={(_, { value }) => navigate(resourcePath(id) + (value && `/${value}`))}
    >
      {bladeGroups.flatMap(({ blades: entries }) =>
        entries.map(({ name }) => (
          <Tab key={name} value={name}>
            {t(`blade.${name || 'overview'}`)}
          </Tab>
        )),
      )}
    </TabList>
  );
}
