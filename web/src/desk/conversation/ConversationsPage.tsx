import { makeStyles, tokens } from '@fluentui/react-components';
import { ChatRegular } from '@fluentui/react-icons';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { Note } from '../../shared/ui/Note';
import { useNarrow } from '../../shared/ui/useNarrow';
import { usePageTitle } from '../shell/usePageTitle';
import { ConversationList } from './ConversationList';
import { ConversationPanel } from './ConversationPanel';
import { useView } from './useView';

const useStyles = makeStyles({
  root: { display: 'flex', flexGrow: 1, minHeight: 0 },
  list: {
    width: '340px',
    flexShrink: 0,
    display: 'flex',
    flexDirection: 'column',
    minHeight: 0,
    backgroundColor: tokens.colorNeutralBackground1,
    borderRight: `1px solid ${tokens.colorNeutralStroke2}`,
    '@media (max-width: 760px)': { width: '100%', borderRight: 'none' },
    '@media (min-width: 761px) and (max-width: 1023px)': { width: '260px' },
  },
  panel: { flexGrow: 1, minWidth: 0, minHeight: 0, display: 'flex', flexDirection: 'column' },
});

/** The inbox: a view's list beside the chosen conversation; on a narrow window one of the two. */
export default function ConversationsPage() {
  const { t } = useTranslation();
  const styles = useStyles();
  const narrow = useNarrow();
  const { id } = useParams();
  const [view] = useView();
  usePageTitle(t(`views.${view}`));
  return (
    <div className={styles.root}>
      {!(narrow && id) && (
        <section className={styles.list} aria-label={t(`views.${view}`)}>
          <ConversationList view={view} selected={id} />
        </section>
      )}
      {!(narrow && !id) && (
        <section className={styles.panel} aria-label={t('panel.label')}>
          {id ? (
            <ConversationPanel key={id} id={id} view={view} />
          ) : (
            <Note icon={<ChatRegular />} title={t('panel.none')}>
              {t('panel.noneText')}
            </Note>
          )}
        </section>
      )}
    </div>
  );
}
