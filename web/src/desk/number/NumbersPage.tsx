import {
  Body1,
  Breadcrumb,
  BreadcrumbButton,
  BreadcrumbDivider,
  BreadcrumbItem,
  Button,
  MessageBar,
  MessageBarBody,
  MessageBarTitle,
  makeStyles,
  tokens,
  useRestoreFocusTarget,
} from '@fluentui/react-components';
import { AddRegular, CallRegular, SettingsRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useHref, useLinkClickHandler, useSearchParams } from 'react-router';
import { formatMoment } from '../../shared/format/time';
import { Loading, LoadingFailed, Note } from '../../shared/ui/Note';
import { api } from '../api/client';
import { keys } from '../api/keys';
import type { Connection, FoundNumber } from '../api/types';
import { AutomaticDialog } from '../connection/automatic/AutomaticDialog';
import { RunBanner } from '../connection/automatic/RunBanner';
import { ConnectChoices, type ConnectWay } from '../connection/ConnectChoices';
import { ConnectDialog } from '../connection/ConnectDialog';
import { ManageDrawer } from '../connection/ManageDrawer';
import { NotConnected } from '../connection/NotConnected';
import { channelsPath } from '../connection/paths';
import { useConnection } from '../connection/useConnection';
import { AdminPage } from '../shell/AdminPage';
import { AddNumberDialog } from './AddNumberDialog';
import { NumberTable } from './NumberTable';
import { Orders } from './Orders';

const useStyles = makeStyles({
  actions: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalS },
  quiet: { color: tokens.colorNeutralForeground2 },
  wide: { maxWidth: '860px', flexShrink: 0 },
  root: { fontSize: tokens.fontSizeBase200, paddingInline: tokens.spacingHorizontalXS },
});

type DialogName = ConnectWay | 'advanced' | 'add' | 'undo';

/** Phone numbers: the resource of Azure Communication Services that the desk is connected to, and its numbers. */
export default function NumbersPage() {
  const { t } = useTranslation();
  const styles = useStyles();
  const connection = useConnection();
  const numbers = useQuery({
    queryKey: keys.numberList,
    queryFn: ({ signal }) => api.numbers(signal),
  });
  const [parameters, setParameters] = useSearchParams();
  const dialog = parameters.get('dialog');
  const show = (name?: DialogName) =>
    setParameters(name ? { dialog: name } : {}, { replace: true });
  const close = () => show();
  const opensDialog = useRestoreFocusTarget();
  const [held, setHeld] = useState<FoundNumber>();
  const { data } = connection;
  const connected = data?.state === 'connected';
  const items = numbers.data?.items ?? [];
  return (
    <AdminPage
      title={t('nav.numbers')}
      about={t('numbers.about')}
      path={<Path />}
      actions={
        connected && (
          <div className={styles.actions}>
            <Button
              {...opensDialog}
              appearance="primary"
              icon={<AddRegular />}
              onClick={() => show('add')}
            >
              {t('numbers.add')}
            </Button>
            <Button {...opensDialog} icon={<SettingsRegular />} onClick={() => show('advanced')}>
              {t('manage.advanced')}
            </Button>
          </div>
        )
      }
    >
      {(connection.isPending || numbers.isPending) && <Loading />}
      {connection.isLoadingError && (
        <LoadingFailed error={connection.error} retry={() => void connection.refetch()} />
      )}
      {data && dialog === null && <RunBanner onShow={show} />}
      {data && !connected && <NotConnected connection={data} onStart={() => show('connect')} />}
      {connected && (
        <>
          <Facts connection={data} />
          <Orders />
        </>
      )}
      {numbers.isLoadingError && (
        <LoadingFailed error={numbers.error} retry={() => void numbers.refetch()} />
      )}
      {items.length > 0 && <NumberTable numbers={items} />}
      {connected && numbers.data && items.length === 0 && (
        <Note icon={<CallRegular />} title={t('numbers.none')}>
          {t('numbers.noneText')}
        </Note>
      )}
      {data && !connected && dialog === 'connect' && (
        <ConnectDialog
          last={data.state === 'none' ? undefined : data}
          choices={<ConnectChoices way={dialog} onChange={show} />}
          onClose={close}
        />
      )}
      {data && (dialog === 'automatic' || dialog === 'create' || dialog === 'undo') && (
        <AutomaticDialog
          // Each has choices of its own.
          key={dialog}
          mode={dialog}
          connected={connected}
          choices={dialog !== 'undo' && <ConnectChoices way={dialog} onChange={show} />}
          onClose={close}
        />
      )}
      {connected && dialog === 'advanced' && (
        <ManageDrawer connection={data} onUndo={() => show('undo')} onClose={close} />
      )}
      {connected && dialog === 'add' && (
        <AddNumberDialog held={held} onHeld={setHeld} onClose={close} />
      )}
    </AdminPage>
  );
}

/** Where the page is, under the names of the original. */
function Path() {
  const { t } = useTranslation();
  const styles = useStyles();
  const href = useHref(channelsPath);
  const follow = useLinkClickHandler<HTMLAnchorElement>(channelsPath);
  return (
    <Breadcrumb aria-label={t('numbers.path')} size="small">
      <BreadcrumbItem className={styles.root}>{t('nav.support')}</BreadcrumbItem>
      <BreadcrumbDivider />
      <BreadcrumbItem>
        <BreadcrumbButton as="a" href={href} onClick={follow as () => void}>
          {t('nav.channels')}
        </BreadcrumbButton>
      </BreadcrumbItem>
      <BreadcrumbDivider />
      <BreadcrumbItem>
        <BreadcrumbButton current>{t('nav.numbers')}</BreadcrumbButton>
      </BreadcrumbItem>
    </Breadcrumb>
  );
}

function Facts({ connection }: { connection: Connection }) {
  const { t, i18n } = useTranslation();
  const styles = useStyles();
  const { resourceName, connectedAt, lastEventAt } = connection;
  const moment = (at: string | null) =>
    at ? formatMoment(at, i18n.language) : t('connection.never');
  return (
    <>
      <Body1 className={styles.quiet}>
        <strong>{t('connection.connectedTo', { name: resourceName })}</strong>
        {' · '}
        {t('connection.since', { at: moment(connectedAt) })}
        {' · '}
        {t('connection.lastEvent', { at: moment(lastEventAt) })}
      </Body1>
      {lastEventAt === null && (
        <MessageBar intent="info" layout="multiline" className={styles.wide}>
          <MessageBarBody>
            <MessageBarTitle>{t('connection.noEvents')}</MessageBarTitle>
            {t('connection.noEventsText')}
          </MessageBarBody>
        </MessageBar>
      )}
    </>
  );
}
