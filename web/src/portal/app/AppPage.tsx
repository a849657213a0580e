import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { type Column, DataTable } from '../../shared/ui/DataTable';
import { Note } from '../../shared/ui/Note';
import { type Application, keys, portal } from '../api/portal';
import { Facts } from '../ui/Facts';
import { Loaded } from '../ui/Loaded';
import { PortalPage } from '../ui/PortalPage';
import { Section } from '../ui/Section';
import { ValueField } from '../ui/ValueField';

type Role = NonNullable<Application['appRoles']>[number];

/** One app registration, with the ids that others ask for. */
export default function AppPage() {
  const { t, i18n } = useTranslation();
  const { id = '' } = useParams();
  const applications = useQuery({
    queryKey: keys.applications,
    queryFn: ({ signal }) => portal.applications(signal),
  });
  const found = applications.data?.items.find(({ appId }) => appId === id.toLowerCase());
  const audience = (name: string) => {
    const key = `apps.audiences.${name}`;
    return i18n.exists(key) ? t(key) : name;
  };
  const roles: Column<Role>[] = [
    { key: 'name', title: t('apps.role'), cell: (row) => row.displayName },
    { key: 'value', title: t('apps.value'), cell: (row) => row.value },
    { key: 'members', title: t('apps.members'), cell: (row) => row.allowedMemberTypes.join(', ') },
  ];
  return (
    <PortalPage
      title={found?.displayName ?? id}
      kind={t('apps.registration')}
      crumbs={[{ to: '/apps', label: t('nav.apps') }]}
    >
      <Loaded query={applications}>
        {() =>
          found ? (
            <>
              <Section title={t('resource.essentials')}>
                <ValueField label={t('apps.appId')} value={found.appId} />
                <ValueField label={t('apps.tenantId')} value={found.tenantId} />
                <ValueField label={t('apps.objectId')} value={found.id} />
                <Facts
                  facts={[
                    [t('apps.audience'), audience(found.signInAudience)],
                    [t('apps.tokens'), `v${found.requestedAccessTokenVersion}.0`],
                    [t('apps.uris'), found.identifierUris?.join(', ') || '–'],
                  ]}
                />
              </Section>
              {!!found.appRoles?.length && (
                <DataTable
                  label={t('apps.roles')}
                  columns={roles}
                  rows={found.appRoles}
                  rowKey={(role) => role.id}
                />
              )}
            </>
          ) : (
            <Note title={t('apps.gone')}>{t('apps.goneText')}</Note>
          )
        }
      </Loaded>
    </PortalPage>
  );
}
