import {
  InfoRegular,
  KeyMultipleRegular,
  PeopleRegular,
  PersonKeyRegular,
} from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { Note } from '../../shared/ui/Note';
import { type Application, keys, portal } from '../api/portal';
import { BladeLayout } from '../ui/BladeLayout';
import { Loaded } from '../ui/Loaded';
import { PortalPage } from '../ui/PortalPage';
import { AppOverview } from './AppOverview';
import { OwnersBlade } from './OwnersBlade';
import { RolesBlade } from './RolesBlade';
import { SecretsBlade } from './SecretsBlade';

const blades: Record<string, (props: { app: Application }) => ReactElement> = {
  '': AppOverview,
  credentials: SecretsBlade,
  roles: RolesBlade,
  owners: OwnersBlade,
};

/** One app registration: its menu, and the part of it that the address names. */
export default function AppPage() {
  const { t } = useTranslation();
  const { id = '', blade: named = '' } = useParams();
  const applications = useQuery({
    queryKey: keys.applications,
    queryFn: ({ signal }) => portal.applications(signal),
  });
  const found = applications.data?.items.find(({ appId }) => appId === id.toLowerCase());
  const blade = named.toLowerCase();
  const Blade = blades[blade];
  const name = found?.displayName ?? id;
  return (
    <PortalPage
      title={blade === '' ? name : `${name} | ${t(`register.blade.${blade}`)}`}
      kind={t('apps.registration')}
      crumbs={[
        { to: '/apps', label: t('nav.apps') },
        ...(blade === '' ? [] : [{ to: `/apps/${id}`, label: name }]),
      ]}
    >
      <Loaded query={applications}>
        {() => {
          if (!found) return <Note title={t('apps.gone')}>{t('apps.goneText')}</Note>;
          return (
            <BladeLayout
              base={`/apps/${found.appId}`}
              blade={blade}
              groups={[
                {
                  blades: [{ name: '', label: t('blade.overview'), icon: <InfoRegular /> }],
                },
                {
                  title: t('register.manage'),
                  blades: [
                    {
                      name: 'credentials',
                      label: t('register.blade.credentials'),
                      icon: <KeyMultipleRegular />,
                    },
                    {
                      name: 'roles',
                      label: t('register.blade.roles'),
                      icon: <PersonKeyRegular />,
                    },
                    { name: 'owners', label: t('register.blade.owners'), icon: <PeopleRegular /> },
                  ],
                },
              ]}
            >
              {Blade ? (
                <Blade app={found} />
              ) : (
                <Note title={t('noPage.title')}>{t('noPage.text')}</Note>
              )}
            </BladeLayout>
          );
        }}
      </Loaded>
    </PortalPage>
  );
}
