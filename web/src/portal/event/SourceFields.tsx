import { Field, Select } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Group } from '../api/portal';
import { grid, gridKeys } from './grid';
import { changeSource, groupsOf, type Source, servicesOf, subscriptionsOf } from './sources';

/** Chooses the resource whose events are meant: topic type, Azure subscription, resource group, resource. */
export function SourceFields({
  groups,
  source,
  fixed,
  onChange,
}: {
  groups: Group[];
  source: Source;
  /** The choice was made before and cannot be changed. */
  fixed?: boolean;
  onChange(source: Source): void;
}) {
  const { t } = useTranslation();
  const topicTypes = useQuery({
    queryKey: gridKeys.topicTypes,
    queryFn: ({ signal }) => grid.topicTypes(signal),
  });
  const change = (part: Partial<Source>) => onChange(changeSource(groups, source, part));
  const services = servicesOf(groups, source);
  return (
    <>
      <Field label={t('source.topicTypes')} required>
        <Select
          disabled={fixed}
          value={source.topicType}
          onChange={(_, { value }) => change({ topicType: value })}
        >
          {(topicTypes.data ?? []).map(({ name, properties }) => (
            <option key={name} value={name}>
              {properties.displayName}
            </option>
          ))}
        </Select>
      </Field>
      <Field label={t('source.subscription')} required>
        <Select
          disabled={fixed}
          value={source.subscription}
          onChange={(_, { value }) => change({ subscription: value })}
        >
          {subscriptionsOf(groups).map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </Select>
      </Field>
      <Field label={t('source.group')} required>
        <Select
          disabled={fixed}
          value={source.group}
          onChange={(_, { value }) => change({ group: value })}
        >
          {groupsOf(groups, source.subscription).map(({ name }) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </Select>
      </Field>
      <Field
        label={t('source.resource')}
        required
        validationMessage={services.length === 0 ? t('source.noResource') : undefined}
      >
        <Select
          disabled={fixed || services.length === 0}
          value={source.resource}
          onChange={(_, { value }) => change({ resource: value })}
        >
          {services.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </Select>
      </Field>
    </>
  );
}
