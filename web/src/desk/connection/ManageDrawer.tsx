import {
  Button,
  DrawerBody,
  DrawerHeader,
  DrawerHeaderTitle,
  makeStyles,
  OverlayDrawer,
  Subtitle2,
  tokens,
} from '@fluentui/react-components';
import { DismissRegular } from '@fluentui/react-icons';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Connection } from '../api/types';
import { CopyField } from './CopyField';
import { DisconnectSection } from './DisconnectSection';
import { KeySection } from './KeySection';
import { SyncSection } from './SyncSection';

const useStyles = makeStyles({
  drawer: { width: '640px', maxWidth: '100vw' },
  body: { display: 'grid', alignContent: 'start', gap: tokens.spacingVerticalXL },
  section: { display: 'grid', gap: tokens.spacingVerticalM },
  quiet: { color: tokens.colorNeutralForeground2 },
  end: { height: tokens.spacingVerticalL },
});

const endpoints = ['recording', 'sms', 'incomingCall'] as const;

/** Manage Azure Communication Services: what Azure's pages ask for, a new key, the numbers, and the end of the connection. */
export function ManageDrawer({
  connection,
  onUndo,
  onClose,
}: {
  connection: Connection;
  /** Leads to undoing what an automatic connection made in Azure. */
  onUndo(): void;
  onClose(): void;
}) {
  const { t } = useTranslation();
  const styles = useStyles();
  return (
    <OverlayDrawer
      open
      position="end"
      className={styles.drawer}
      onOpenChange={(_, { open }) => open || onClose()}
    >
      <DrawerHeader>
        <DrawerHeaderTitle
          heading={{ as: 'h2' }}
          action={
            <Button
              appearance="subtle"
              aria-label={t('close')}
              icon={<DismissRegular />}
              onClick={onClose}
            />
          }
        >
          {t('manage.title')}
        </DrawerHeaderTitle>
      </DrawerHeader>
      <DrawerBody>
        <div className={styles.body}>
          <Section title={t('manage.eventGrid')} about={t('manage.eventGridText')}>
            {(['eventGridAppId', 'eventGridAppTenantId'] as const).map((id) => (
              <CopyField key={id} label={t(`connection.${id}`)} value={connection[id]} />
            ))}
            {endpoints.map((endpoint) => (
              <CopyField
                key={endpoint}
                label={t(`manage.${endpoint}`)}
                hint={t('manage.serves', { types: t(`manage.types.${endpoint}`) })}
                value={connection.webhooks[endpoint]}
              />
            ))}
          </Section>
          <Section title={t('connection.connectionString')} about={t('manage.keyText')}>
            <KeySection connection={connection} />
          </Section>
          <Section title={t('manage.sync')} about={t('manage.syncText')}>
            <SyncSection />
          </Section>
          <Section title={t('manage.resource')}>
            {(['resourceName', 'resourceId', 'endpoint'] as const).map((name) => (
              <CopyField key={name} label={t(`connection.${name}`)} value={connection[name]} />
            ))}
          </Section>
          <Section
            title={t('manage.disconnect')}
            about={t('manage.disconnectText', { name: connection.resourceName })}
          >
            <DisconnectSection name={connection.resourceName} onDone={onClose} />
            <div className={styles.quiet}>{t('automatic.undoHint')}</div>
            <div>
              <Button onClick={onUndo}>{t('automatic.undo')}</Button>
            </div>
          </Section>
          <div className={styles.end} />
        </div>
      </DrawerBody>
    </OverlayDrawer>
  );
}

function Section({
  title,
  about,
  children,
}: {
  title: string;
  about?: string;
  children: ReactNode;
}) {
  const styles = useStyles();
  return (
    <section className={styles.section} aria-label={title}>
      <div>
        <Subtitle2 as="h3" style={{ margin: 0 }}>
          {title}
        </Subtitle2>
        {about && <div className={styles.quiet}>{about}</div>}
      </div>
      {children}
    </section>
  );
}
