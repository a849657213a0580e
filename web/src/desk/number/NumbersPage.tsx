import { Badge } from '@fluentui/react-components';
import { CallRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { formatPhone } from '../../shared/format/phone';
import { Loading, LoadingFailed, Note } from '../../shared/ui/Note';
import { api } from '../api/client';
import { keys } from '../api/keys';
import type { PhoneNumber } from '../api/types';
import { AdminPage } from '../shell/AdminPage';
import { type Column, DataTable } from '../shell/DataTable';

const abilities = ['smsInbound', 'smsOutbound', 'callingInbound', 'callingOutbound'] as const;

/** The phone numbers of the connected resource and what each can do. */
export default function NumbersPage() {
  const { t, i18n } = useTranslation();
  const numbers = useQuery({
    queryKey: keys.numbers,
    queryFn: ({ signal }) => api.numbers(signal),
  });
  const countries = new Intl.DisplayNames(i18n.language, { type: 'region', fallback: 'code' });
  const columns: Column<PhoneNumber>[] = [
    { key: 'number', title: t('numbers.number'), cell: (row) => formatPhone(row.number) },
    { key: 'type', title: t('numbers.type'), cell: (row) => t(`numbers.types.${row.type}`) },
    {
      key: 'country',
      title: t('numbers.country'),
      cell: (row) => (row.country ? countries.of(row.country) : ''),
    },
    {
      key: 'abilities',
      title: t('numbers.abilities'),
      width: '45%',
      cell: (row) => (
        <div style={{ display: 'flex', flexWrap: 'wrap', gap: 4 }}>
          {abilities
            .filter((ability) => row[ability])
            .map((ability) => (
              <Badge key={ability} appearance="tint">
                {t(`numbers.${ability}`)}
              </Badge>
            ))}
        </div>
      ),
    },
  ];
  return (
    <AdminPage title={t('nav.numbers')} about={t('numbers.about')}>
      {numbers.isPending && <Loading />}
      {numbers.isLoadingError && (
        <LoadingFailed error={numbers.error} retry={() => void numbers.refetch()} />
      )}
      {numbers.data?.items.length === 0 && (
        <Note icon={<CallRegular />} title={t('numbers.none')}>
          {t('numbers.noneText')}
        </Note>
      )}
      {numbers.data && numbers.data.items.length > 0 && (
        <DataTable
          label={t('nav.numbers')}
          columns={columns}
          rows={numbers.data.items}
          rowKey={(row) => row.number}
        />
      )}
    </AdminPage>
  );
}
