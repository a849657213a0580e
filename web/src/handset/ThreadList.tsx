import {
  Avatar,
  Caption1,
  makeStyles,
  Subtitle2,
  tokens,
  useArrowNavigationGroup,
} from '@fluentui/react-components';
import { BuildingShopRegular, CallRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { formatPhone } from '../shared/format/phone';
import { formatShort } from '../shared/format/time';
import { Loading, LoadingFailed, Note } from '../shared/ui/Note';
import { handset, keys, type Thread } from './api/handset';

const useStyles = makeStyles({
  scroll: { flexGrow: 1, overflowY: 'auto', display: 'flex', flexDirection: 'column' },
  head: { margin: 0, padding: `${tokens.spacingVerticalM} ${tokens.spacingHorizontalL}` },
  list: { listStyleType: 'none', margin: 0, padding: 0 },
  row: {
    width: '100%',
    boxSizing: 'border-box',
    display: 'grid',
    gridTemplateColumns: 'auto 1fr auto',
    alignItems: 'center',
    columnGap: tokens.spacingHorizontalM,
    padding: `${tokens.spacingVerticalM} ${tokens.spacingHorizontalL}`,
    textAlign: 'start',
    font: 'inherit',
    color: 'inherit',
    cursor: 'pointer',
    backgroundColor: 'transparent',
    border: 'none',
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
    ':hover': { backgroundColor: tokens.colorSubtleBackgroundHover },
    ':focus-visible': {
      outline: `2px solid ${tokens.colorStrokeFocus2}`,
      outlineOffset: '-2px',
    },
  },
  middle: { display: 'grid', minWidth: 0 },
  last: {
    color: tokens.colorNeutralForeground3,
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
  },
  quiet: { color: tokens.colorNeutralForeground3 },
});

interface Props {
  customer: string;
  numbers: string[];
  onOpen(number: string): void;
}

/** The businesses that this customer can write to: first those with texts, newest first, then the others. */
export function ThreadList({ customer, numbers, onOpen }: Props) {
  const { t, i18n } = useTranslation();
  const styles = useStyles();
  const arrows = useArrowNavigationGroup({ axis: 'vertical' });
  const threads = useQuery({
    queryKey: keys.threads(customer),
    queryFn: ({ signal }) => handset.threads(customer, signal),
  });
  if (threads.isPending) return <Loading />;
  if (threads.isLoadingError) {
    return <LoadingFailed error={threads.error} retry={() => void threads.refetch()} />;
  }
  const items = [...threads.data.items].sort(
    (one, other) => Date.parse(other.lastAt) - Date.parse(one.lastAt),
  );
  const rows: { number: string; thread?: Thread }[] = [
    ...items.map((thread) => ({ number: thread.number, thread })),
    ...numbers
      .filter((number) => !items.some((thread) => thread.number === number))
      .map((number) => ({ number })),
  ];
  if (rows.length === 0) {
    return (
      <Note icon={<CallRegular />} title={t('threads.none')}>
        {t('threads.noneText')}
      </Note>
    );
  }
  return (
    <div className={styles.scroll}>
      <Subtitle2 as="h1" className={styles.head}>
        {t('threads.title')}
      </Subtitle2>
      <ul className={styles.list} {...arrows}>
        {rows.map(({ number, thread }) => (
          <li key={number}>
            <button type="button" className={styles.row} onClick={() => onOpen(number)}>
              <Avatar
                icon={<BuildingShopRegular />}
                color="colorful"
                idForColor={number}
                aria-hidden
              />
              <span className={styles.middle}>
                <span>{formatPhone(number)}</span>
                <Caption1 className={styles.last}>
                  {thread
                    ? `${thread.lastDirection === 'toBusiness' ? `${t('threads.you')} ` : ''}${thread.lastText}`
                    : t('threads.empty')}
                </Caption1>
              </span>
              {thread && (
                <Caption1 className={styles.quiet}>
                  {formatShort(thread.lastAt, i18n.language)}
                </Caption1>
              )}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
