import { Button, MessageBar, MessageBarBody } from '@fluentui/react-components';
import { ArrowResetRegular } from '@fluentui/react-icons';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { portal } from '../api/portal';
import { useLive } from '../live/PortalLive';
import { ConfirmDialog } from '../ui/ConfirmDialog';
import { PortalPage } from '../ui/PortalPage';
import { Section } from '../ui/Section';

/** Puts the local cloud back to what it started with. */
export default function ResetPage() {
  const { t } = useTranslation();
  const { renew } = useLive();
  const [asking, setAsking] = useState(false);
  const [done, setDone] = useState(false);
  return (
    <PortalPage title={t('nav.reset')}>
      {done && (
        <MessageBar intent="success" layout="multiline" role="status">
          <MessageBarBody>{t('reset.done')}</MessageBarBody>
        </MessageBar>
      )}
      <Section title={t('reset.title')} text={t('reset.text')}>
        <span>{t('reset.keeps')}</span>
        <div>
          <Button appearance="primary" icon={<ArrowResetRegular />} onClick={() => setAsking(true)}>
            {t('reset.do')}
          </Button>
        </div>
      </Section>
      {asking && (
        <ConfirmDialog
          title={t('reset.ask')}
          text={t('reset.askText')}
          doIt={t('reset.do')}
          act={() => portal.reset()}
          onDone={() => {
            renew();
            setDone(true);
          }}
          onClose={() => setAsking(false)}
        />
      )}
    </PortalPage>
  );
}
