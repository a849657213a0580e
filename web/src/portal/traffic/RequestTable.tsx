import { Badge, Caption1, makeStyles, tokens } from '@fluentui/react-components';
import { WarningRegular } from '@fluentui/react-icons';
import { useTranslation } from 'react-i18next';
import { formatMoment } from '../../shared/format/time';
import { type Column, DataTable } from '../../shared/ui/DataTable';
import type { CloudRequest } from '../api/portal';
import { clockTime, milliseconds } from './figures';
import { statusClass } from './filter';
import { useNoteText } from './useNoteText';

const useStyles = makeStyles({
  path: {
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    overflowWrap: 'anywhere',
  },
  method: { fontWeight: tokens.fontWeightSemibold },
  note: {
    display: 'flex',
    gap: tokens.spacingHorizontalXS,
    marginTop: tokens.spacingVerticalXXS,
    color: tokens.colorPaletteDarkOrangeForeground1,
    overflowWrap: 'anywhere',
  },
  noteText: { minWidth: 0 },
  icon: { flexShrink: 0, fontSize: '16px' },
  quiet: { display: 'block', color: tokens.colorNeutralForeground3 },
  line: { display: 'flex', justifyContent: 'space-between', gap: tokens.spacingHorizontalM },
});

const colors = { good: 'success', refused: 'warning', failed: 'danger' } as const;

/** Requests, newest first; a note says what the cloud alone knows, such as which part of a signature differs. */
export function RequestTable({
  requests,
  callerName,
}: {
  requests: CloudRequest[];
  callerName(request: CloudRequest): string;
}) {
  const { t, i18n } = useTranslation();
  const styles = useStyles();
  const language = i18n.language;
  const noteText = useNoteText();
  const time = (row: CloudRequest) => (
    <time dateTime={row.at} title={formatMoment(row.at, language)}>
      {clockTime(row.at, language)}
    </time>
  );
  const asked = (row: CloudRequest, note = noteText(row)) => (
    <div>
      <span className={styles.path}>
        <span className={styles.method}>{row.method}</span> {row.path}
      </span>
      {note && (
        <Caption1 className={styles.note} data-note>
          <WarningRegular className={styles.icon} aria-hidden />
          <span lang={note.lang} className={styles.noteText}>
            {note.text}
          </span>
        </Caption1>
      )}
    </div>
  );
  const status = (row: CloudRequest) => (
    <Badge appearance="tint" color={colors[statusClass(row.status)]}>
      {row.status}
    </Badge>
  );
  const who = (row: CloudRequest) =>
    row.caller ? (
      <>
        <span title={row.caller}>{callerName(row)}</span>
        {row.credential && (
          <Caption1 className={styles.quiet}>{t(`credential.${row.credential}`)}</Caption1>
        )}
      </>
    ) : (
      '–'
    );
  const columns: Column<CloudRequest>[] = [
    { key: 'time', title: t('requests.time'), width: '110px', cell: time },
    {
      key: 'plane',
      title: t('requests.plane'),
      width: '110px',
      cell: (row) => t(`plane.${row.plane}`),
    },
    { key: 'asked', title: t('requests.request'), cell: (row) => asked(row) },
    { key: 'status', title: t('requests.status'), width: '70px', cell: status },
    {
      key: 'duration',
      title: t('requests.duration'),
      width: '80px',
      cell: (row) => milliseconds(row.durationMs, language),
    },
    { key: 'who', title: t('requests.who'), width: '150px', cell: who },
  ];
  return (
    <DataTable
      label={t('nav.requests')}
      columns={columns}
      rows={requests}
      rowKey={({ n }) => String(n)}
      card={(row) => (
        <>
          <span className={styles.line}>
            <Caption1 className={styles.quiet}>
              {time(row)} · {t(`plane.${row.plane}`)} · {milliseconds(row.durationMs, language)}
            </Caption1>
            {status(row)}
          </span>
          {asked(row)}
          {row.caller && (
            <Caption1 className={styles.quiet}>
              {callerName(row)}
              {row.credential && ` (${t(`credential.${row.credential}`)})`}
            </Caption1>
          )}
        </>
      )}
    />
  );
}
