import { CallRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { formatPhone } from '../../shared/format/phone';
import { formatDate } from '../../shared/format/time';
import { type Column, DataTable } from '../../shared/ui/DataTable';
import { Note } from '../../shared/ui/Note';
import { keys, type OwnedNumber, portal, type Service } from '../api/portal';
import { Loaded } from '../ui/Loaded';

/** The phone numbers that a communication resource owns, and what each of them can do. */
export function NumbersBlade({ service }: { service: Service }) {
  const { t, i18n } = useTranslation();
  const { immutableResourceId } = service.properties;
  const numbers = useQuery({
    queryKey: keys.numbers(immutableResourceId),
    queryFn: ({ signal }) => portal.numbers(immutableResourceId, signal),
  });
  const cost = new Intl.NumberFormat(i18n.language, { style: 'currency', currency: 'USD' });
  const country = new Intl.DisplayNames(i18n.language, { type: 'region' });
  const columns: Column<OwnedNumber>[] = [
    {
      key: 'number',
      title: t('numbers.number'),
      width: '150px',
      cell: (row) => formatPhone(row.number),
    },
    {
      key: 'type',
      title: t('numbers.type'),
      width: '120px',
      cell: (row) => t(`numbers.types.${row.type}`),
    },
    { key: 'country', title: t('numbers.country'), cell: (row) => country.of(row.country) },
    { key: 'calling', title: t('numbers.calling'), cell: (row) => t(`numbers.can.${row.calling}`) },
    { key: 'sms', title: t('numbers.sms'), cell: (row) => t(`numbers.can.${row.sms}`) },
    { key: 'cost', title: t('numbers.cost'), cell: (row) => cost.format(Number(row.cost)) },
    {
      key: 'purchased',
      title: t('numbers.purchased'),
      cell: (row) => formatDate(row.purchasedAt, i18n.language),
    },
  ];
  return (
    <Loaded query={numbers}>
      {({ items }) =>
        items.length === 0 ? (
          <Note icon={<CallRegular />} title={t('numbers.none')}>
            {t('numbers.noneText')}
          </Note>
        ) : (
          <DataTable
            label={t('blade.numbers')}
            columns={columns}
            rows={items}
            rowKey={({ number }) => number}
          />
        )
      }
    </Loaded>
  );
}
