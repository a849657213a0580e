import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { Note } from '../../shared/ui/Note';
import { keys, portal, type Service } from '../api/portal';
import { EventsBlade } from '../event/EventsBlade';
import { BladeLayout } from '../ui/BladeLayout';
import { Loaded } from '../ui/Loaded';
import { PortalPage } from '../ui/PortalPage';
import { bladeGroups } from './blades';
import { groupId, resourcePath, serviceId } from './ids';
import { KeysBlade } from './KeysBlade';
import { NumbersBlade } from './NumbersBlade';
import { OverviewBlade } from './OverviewBlade';
import { PropertiesBlade } from './PropertiesBlade';

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
      <BladeLayout
        base={resourcePath(id)}
        blade={blade.toLowerCase()}
        groups={bladeGroups.map((each) => ({
          title: each.group && t(`blade.groups.${each.group}`),
          blades: each.blades.map(({ name: of, icon }) => ({
            name: of,
            icon,
            label: t(`blade.${of || 'overview'}`),
          })),
        }))}
      >
        {Blade ? (
          <Loaded query={service}>{(found) => <Blade service={found} />}</Loaded>
        ) : (
          <Note title={t('noPage.title')}>{t('noPage.text')}</Note>
        )}
      </BladeLayout>
    </PortalPage>
  );
}
