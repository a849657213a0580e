import { CubeRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { type Column, DataTable } from '../../shared/ui/DataTable';
import { Note } from '../../shared/ui/Note';
import { keys, portal, type Resource } from '../api/portal';
import { AppLink } from '../ui/AppLink';
import { Facts } from '../ui/Facts';
import { Loaded } from '../ui/Loaded';
import { PortalPage } from '../ui/PortalPage';
import { Section } from '../ui/Section';
import { ValueField } from '../ui/ValueField';
import { groupId, resourcePath } from './ids';

/** One resource group and what is in it. */
export default function GroupPage() {
  const { t, i18n } = useTranslation();
  const { subscription = '', group = '' } = useParams();
  const groups = useQuery({
    queryKey: keys.groups,
    queryFn: ({ signal }) => portal.groups(signal),
  });
  const wanted = groupId(subscription, group).toLowerCase();
  const kind = (type: string) => {
    const key = `resource.types.${type.split('/')[1]}`;
    return i18n.exists(key) ? t(key) : type;
  };
  const columns: Column<Resource>[] = [
    {
      key: 'name',
      title: t('resource.name'),
      cell: (row) => <AppLink to={resourcePath(row.id)}>{row.name}</AppLink>,
    },
    { key: 'type', title: t('resource.type'), cell: (row) => kind(row.type) },
    { key: 'location', title: t('resource.location'), width: '160px', cell: (row) => row.location },
  ];
  return (
    <PortalPage
      title={group}
      kind={t('resource.group')}
      crumbs={[{ to: '/groups', label: t('nav.groups') }]}
    >
      <Loaded query={groups}>
        {({ items }) => {
          const found = items.find(({ id }) => id.toLowerCase() === wanted);
          if (!found) return <Note title={t('resource.gone')}>{t('resource.goneText')}</Note>;
          return (
            <>
              <Section title={t('resource.essentials')}>
                <Facts
                  facts={[
                    [t('resource.subscription'), found.subscriptionName],
                    [t('resource.subscriptionId'), found.subscriptionId],
                    [t('resource.tenantId'), found.tenantId],
                    [t('resource.location'), found.location],
                  ]}
                />
                <ValueField label={t('resource.id')} value={found.id} />
              </Section>
              {found.resources.length === 0 ? (
                <Note icon={<CubeRegular />} title={t('groups.empty')}>
                  {t('groups.emptyText')}
                </Note>
              ) : (
                <DataTable
                  label={t('resource.resources')}
                  columns={columns}
                  rows={found.resources}
                  rowKey={({ id }) => id}
                />
              )}
            </>
          );
        }}
      </Loaded>
    </PortalPage>
  );
}
