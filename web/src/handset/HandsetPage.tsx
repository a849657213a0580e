import {
  Button,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  makeStyles,
  Tooltip,
  tokens,
} from '@fluentui/react-components';
import { DialpadRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { formatPhone } from '../shared/format/phone';
import icon from '../shared/icon.svg';
import { Loading, LoadingFailed } from '../shared/ui/Note';
import { PreferenceMenus } from '../shared/ui/PreferenceMenus';
import { handset, keys } from './api/handset';
import { CustomerPicker } from './CustomerPicker';
import { useCalls } from './call/useCalls';
import { DeliveryMenu } from './DeliveryMenu';
import type { Outbox } from './outbox';
import { ThreadList } from './ThreadList';
import { ThreadView } from './ThreadView';
import { useHandsetLive } from './useHandsetLive';

const useStyles = makeStyles({
  page: { height: '100%', display: 'flex', flexDirection: 'column', alignItems: 'center' },
  top: {
    alignSelf: 'stretch',
    display: 'flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalS,
    padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalM}`,
    '@media (max-width: 480px)': {
      backgroundColor: tokens.colorNeutralBackground1,
    },
  },
  title: { flexGrow: 1, fontWeight: tokens.fontWeightSemibold },
  phone: {
    position: 'relative',
    width: 'min(400px, calc(100vw - 24px))',
    flexGrow: 1,
    maxHeight: '820px',
    minHeight: 0,
    marginBlock: 'auto',
    marginBottom: tokens.spacingVerticalL,
    display: 'flex',
    flexDirection: 'column',
    overflow: 'hidden',
    backgroundColor: tokens.colorNeutralBackground1,
    border: '10px solid #3b3b3b',
    borderRadius: '44px',
    boxShadow: tokens.shadow28,
    '@media (max-width: 480px)': {
      width: '100%',
      maxHeight: 'none',
      margin: 0,
      border: 'none',
      borderRadius: 0,
      boxShadow: 'none',
    },
  },
  bar: {
    display: 'flex',
    alignItems: 'center',
    justifyContent: 'space-between',
    gap: tokens.spacingHorizontalXS,
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalL}`,
    paddingTop: tokens.spacingVerticalL,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    '@media (max-width: 480px)': { paddingBlock: tokens.spacingVerticalXS },
  },
});

/** A customer's phone. The address keeps its number and the open thread, so that each tab is a handset of its own. */
export function HandsetPage({ outbox }: { outbox: Outbox }) {
  const { t } = useTranslation();
  const styles = useStyles();
  const setup = useQuery({ queryKey: keys.setup, queryFn: ({ signal }) => handset.setup(signal) });
  return (
    <div className={styles.page}>
      <header className={styles.top}>
        <img src={icon} alt="" width={20} height={20} />
        <span className={styles.title}>{t('handset.title')}</span>
        <PreferenceMenus />
      </header>
      <main className={styles.phone} aria-label={t('handset.title')}>
        {setup.isPending && <Loading />}
        {setup.isLoadingError && (
          <LoadingFailed error={setup.error} retry={() => void setup.refetch()} />
        )}
        {setup.data && (
          <Phone
            outbox={outbox}
            customers={setup.data.customers}
            fallback={setup.data.defaultCustomer}
            numbers={setup.data.numbers.map(({ number }) => number)}
          />
        )}
      </main>
    </div>
  );
}

function Phone({
  outbox,
  customers,
  fallback,
  numbers,
}: {
  outbox: Outbox;
  customers: string[];
  fallback: string;
  numbers: string[];
}) {
  const { t } = useTranslation();
  const styles = useStyles();
  const [parameters, setParameters] = useSearchParams();
  // An unescaped plus in a typed address reads as a space.
  const customer = parameters.get('number')?.replace(/^ /, '+') || fallback;
  const business = parameters.get('with')?.replace(/^ /, '+') ?? '';
  const live = useHandsetLive(customer);
  const calls = useCalls(customer, numbers);
  const go = (next: { number: string; with?: string }) => setParameters({ ...next });

  useEffect(() => {
    document.title = `${formatPhone(customer)} – ${t('handset.title')}`;
  }, [customer, t]);

  return (
    <>
      <div className={styles.bar}>
        <CustomerPicker
          customers={customers}
          customer={customer}
          onChoose={(number) => go({ number })}
        />
        <span>
          <Tooltip content={t('call.pad')} relationship="label">
            <Button appearance="subtle" icon={<DialpadRegular />} onClick={calls.openPad} />
          </Tooltip>
          <DeliveryMenu customer={customer} />
        </span>
      </div>
      {live.state === 'disconnected' && (
        <MessageBar intent="warning" layout="multiline" role="alert">
          <MessageBarBody>{t('live.disconnected')}</MessageBarBody>
          <MessageBarActions>
            <Button size="small" onClick={live.nudge}>
              {t('live.retry')}
            </Button>
          </MessageBarActions>
        </MessageBar>
      )}
      {business ? (
        <ThreadView
          key={`${customer} ${business}`}
          outbox={outbox}
          customer={customer}
          business={business}
          onCall={() => calls.place(business)}
          onBack={() => go({ number: customer })}
        />
      ) : (
        <ThreadList
          customer={customer}
          numbers={numbers}
          onOpen={(number) => go({ number: customer, with: number })}
        />
      )}
      {calls.element}
    </>
  );
}
