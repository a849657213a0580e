import { Badge } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { formatPhone } from '../../shared/format/phone';
import { type Column, DataTable } from '../../shared/ui/DataTable';
import type { PhoneNumber } from '../api/types';
import { planOf } from './plans';

/** The phone numbers, what each can do and whether it is in use. */
export function NumberTable({ numbers }: { numbers: PhoneNumber[] }) {
  const { t, i18n } = useTranslation();
  const countries = new Intl.DisplayNames(i18n.language, { type: 'region', fallback: 'code' });
  const columns: Column<PhoneNumber>[] = [
    { key: 'number', title: t('numbers.number'), cell: (row) => formatPhone(row.number) },
    {
      key: 'calling',
      title: t('numbers.callingPlan'),
      cell: (row) => t(`numbers.calling.${planOf(row, 'calling')}`),
    },
    {
      key: 'sms',
      title: t('numbers.smsPlan'),
      cell: (row) => t(`numbers.sms.${planOf(row, 'sms')}`),
    },
    {
      key: 'type',
      title: t('numbers.type'),
      width: '120px',
      cell: (row) => t(`numbers.types.${row.type}`),
    },
    {
      key: 'country',
      title: t('numbers.country'),
      width: '130px',
      cell: (row) => (row.country ? countries.of(row.country) : ''),
    },
    {
      key: 'status',
      title: t('numbers.status'),
      width: '200px',
      cell: (row) => (
        <Badge appearance="tint" color={row.detached ? 'warning' : 'success'}>
          {t(row.detached ? 'numbers.detached' : 'numbers.ready')}
        </Badge>
      ),
    },
  ];
  return (
    <DataTable
      label={t('nav.numbers')}
      columns={columns}
      rows={numbers}
      rowKey={(row) => row.number}
    />
  );
}
