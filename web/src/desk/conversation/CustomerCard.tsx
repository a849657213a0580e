import { Avatar, makeStyles, Subtitle2, tokens } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { formatPhone } from '../../shared/format/phone';
import { formatMoment } from '../../shared/format/time';
import type { Conversation } from '../api/types';
import { customerName } from './customerName';

const useStyles = makeStyles({
  root: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM },
  head: { display: 'flex', alignItems: 'center', gap: tokens.spacingHorizontalM },
  facts: { display: 'grid', rowGap: tokens.spacingVerticalM, margin: 0 },
  term: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200 },
  fact: { margin: 0, overflowWrap: 'anywhere' },
});

/** The facts about the customer and the conversation. */
export function CustomerCard({ conversation }: { conversation: Conversation }) {
  const { t, i18n } = useTranslation();
  const styles = useStyles();
  const { customer, agent, closedAt } = conversation;
  const facts: [string, string | undefined][] = [
    ['phone', formatPhone(customer.phone)],
    ['number', formatPhone(conversation.number)],
    ['agent', agent?.name ?? t('customer.nobody')],
    ['since', formatMoment(conversation.createdAt, i18n.language)],
    ['closed', closedAt ? formatMoment(closedAt, i18n.language) : undefined],
  ];
  return (
    <div className={styles.root}>
      <div className={styles.head}>
        <Avatar
          name={customer.name || undefined}
          size={48}
          color="colorful"
          idForColor={customer.phone}
          aria-hidden
        />
        <Subtitle2>{customerName(conversation)}</Subtitle2>
      </div>
      <dl className={styles.facts}>
        {facts.map(
          ([name, value]) =>
            value && (
              <div key={name}>
                <dt className={styles.term}>{t(`customer.${name}`)}</dt>
                <dd className={styles.fact}>{value}</dd>
              </div>
            ),
        )}
      </dl>
    </div>
  );
}
