import {
  Badge,
  Body1,
  Button,
  makeStyles,
  mergeClasses,
  Subtitle1,
  Subtitle2,
  tokens,
} from '@fluentui/react-components';
import { CallRegular } from '@fluentui/react-icons';
import { useTranslation } from 'react-i18next';
import { useHref, useLinkClickHandler } from 'react-router';
import { AdminPage } from '../shell/AdminPage';
import { numbersPath } from './paths';
import { useCardStyles } from './useCardStyles';
import { useConnection } from './useConnection';

const useStyles = makeStyles({
  tile: { maxWidth: '420px', justifyItems: 'start' },
  head: { display: 'flex', alignItems: 'center', gap: tokens.spacingHorizontalM },
  icon: { fontSize: '28px', lineHeight: 0, color: tokens.colorBrandForeground1 },
  quiet: { color: tokens.colorNeutralForeground2 },
});

/** The ways by which customers reach the desk, and the accounts behind them. */
export default function ChannelsPage() {
  const { t } = useTranslation();
  const cards = useCardStyles();
  const styles = useStyles();
  const href = useHref(numbersPath);
  const follow = useLinkClickHandler<HTMLAnchorElement>(numbersPath);
  return (
    <AdminPage title={t('nav.channels')} about={t('channels.about')}>
      <Subtitle1 as="h2" style={{ margin: 0 }}>
        {t('channels.accounts')}
      </Subtitle1>
      <section className={mergeClasses(cards.card, styles.tile)} aria-labelledby="account-numbers">
        <div className={styles.head}>
          <CallRegular className={styles.icon} aria-hidden />
          <Subtitle2 as="h3" id="account-numbers" style={{ margin: 0 }}>
            {t('nav.numbers')}
          </Subtitle2>
        </div>
        <Body1 className={styles.quiet}>{t('channels.numbers')}</Body1>
        <ConnectionState />
        <Button
          as="a"
          href={href}
          onClick={follow}
          aria-label={t('channels.manageWhat', { what: t('nav.numbers') })}
        >
          {t('channels.manage')}
        </Button>
      </section>
    </AdminPage>
  );
}

function ConnectionState() {
  const { t } = useTranslation();
  const { data } = useConnection();
  if (!data) return null;
  const [color, text] =
    data.state !== 'connected'
      ? (['subtle', t('channels.notConnected')] as const)
      : data.key === 'refused'
        ? (['danger', t('channels.keyRefused')] as const)
        : (['success', t('channels.connectedTo', { name: data.resourceName })] as const);
  return (
    <Badge appearance="tint" color={color}>
      {text}
    </Badge>
  );
}
