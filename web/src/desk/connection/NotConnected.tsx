import {
  Body1,
  Button,
  Caption1,
  MessageBar,
  MessageBarBody,
  makeStyles,
  mergeClasses,
  Subtitle2,
  tokens,
} from '@fluentui/react-components';
import { CheckmarkCircleFilled, CircleRegular, CloudLinkRegular } from '@fluentui/react-icons';
import { useTranslation } from 'react-i18next';
import type { Connection } from '../api/types';
import { useCardStyles } from './useCardStyles';

const useStyles = makeStyles({
  needs: {
    listStyleType: 'none',
    margin: 0,
    padding: 0,
    display: 'grid',
    gap: tokens.spacingVerticalS,
  },
  need: { display: 'flex', gap: tokens.spacingHorizontalS, alignItems: 'flex-start' },
  icon: { flexShrink: 0, fontSize: '20px', lineHeight: 0, color: tokens.colorNeutralForeground3 },
  met: { color: tokens.colorPaletteGreenForeground1 },
  quiet: { color: tokens.colorNeutralForeground2 },
});

const unseen = ['trial', 'subscription', 'contributor'] as const;

/** Says that no resource is connected, what was connected last, and what one needs to connect one. */
export function NotConnected({ connection, onStart }: { connection: Connection; onStart(): void }) {
  const { t } = useTranslation();
  const cards = useCardStyles();
  const styles = useStyles();
  const before = connection.state === 'disconnected';
  return (
    <section className={cards.card} aria-labelledby="not-connected">
      <Subtitle2 as="h2" id="not-connected" style={{ margin: 0 }}>
        {before
          ? t('connection.disconnected', { name: connection.resourceName })
          : t('connection.none')}
      </Subtitle2>
      <Body1 className={styles.quiet}>
        {t(before ? 'connection.disconnectedText' : 'connection.noneText')}
      </Body1>
      {before && (
        <>
          <Caption1 className={cards.id}>{connection.resourceId}</Caption1>
          <MessageBar intent="warning" layout="multiline">
            <MessageBarBody>{t('connection.stale')}</MessageBarBody>
          </MessageBar>
        </>
      )}
      <strong>{t('connection.need.title')}</strong>
      <ul className={styles.needs}>
        <li className={styles.need}>
          <CheckmarkCircleFilled
            className={mergeClasses(styles.icon, styles.met)}
            aria-label={t('connection.need.oneMet')}
          />
          {t('connection.need.one')}
        </li>
        {unseen.map((need) => (
          <li key={need} className={styles.need}>
            <CircleRegular className={styles.icon} aria-hidden />
            {t(`connection.need.${need}`)}
          </li>
        ))}
      </ul>
      <Caption1 className={styles.quiet}>{t('connection.need.unseen')}</Caption1>
      <div>
        <Button appearance="primary" icon={<CloudLinkRegular />} onClick={onStart}>
          {t('connection.getStarted')}
        </Button>
      </div>
    </section>
  );
}
