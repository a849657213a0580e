import { useTranslation } from 'react-i18next';
import type { Service } from '../api/portal';
import { Section } from '../ui/Section';
import { ValueField } from '../ui/ValueField';
import { readId } from './ids';

/** The names by which others know a communication resource, to be copied. */
export function PropertiesBlade({ service }: { service: Service }) {
  const { t } = useTranslation();
  const { subscription, group } = readId(service.id);
  return (
    <Section title={t('blade.properties')}>
      <ValueField label={t('resource.name')} value={service.name} />
      <ValueField label={t('resource.id')} value={service.id} />
      <ValueField label={t('resource.group')} value={group} />
      <ValueField label={t('resource.subscriptionId')} value={subscription} />
      <ValueField label={t('resource.location')} value={service.location} />
      <ValueField
        label={t('resource.immutableId')}
        value={service.properties.immutableResourceId}
      />
    </Section>
  );
}
