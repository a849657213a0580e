import { makeStyles, tokens } from '@fluentui/react-components';
import { AddRegular } from '@fluentui/react-icons';
import { useTranslation } from 'react-i18next';
import type { Service } from '../api/portal';
import { createSubscriptionPath } from '../resource/ids';
import { ButtonLink } from '../ui/ButtonLink';
import { SubscriptionList } from './SubscriptionList';

const useStyles = makeStyles({
  actions: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalS },
});

/** The event subscriptions on a communication resource, and the way to one more. */
export function EventsBlade({ service }: { service: Service }) {
  const { t } = useTranslation();
  const styles = useStyles();
  return (
    <>
      <div className={styles.actions}>
        <ButtonLink icon={<AddRegular />} to={createSubscriptionPath(service.id)}>
          {t('events.create')}
        </ButtonLink>
      </div>
      <SubscriptionList resource={service.id} />
    </>
  );
}
