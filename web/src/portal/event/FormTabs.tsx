import { Checkbox, Field, Input, Select } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Group } from '../api/portal';
import { Section } from '../ui/Section';
import { EndpointField } from './EndpointField';
import { SourceFields } from './SourceFields';
import { type Source, topicsOf } from './sources';
import { type EventField, type EventForm, schemas, type Wrong } from './subscriptionForm';
import { TypesField } from './TypesField';

/** What every tab of the form works on. */
export interface TabProps {
  form: EventForm;
  wrong: Wrong;
  /** The subscription exists: what names it cannot be changed. */
  exists: boolean;
  disabled: boolean;
  change(part: Partial<EventForm>): void;
}

function useField({ form, wrong, disabled, change }: TabProps) {
  const { t } = useTranslation();
  const why = (field: EventField) => wrong[field] && t(`eventForm.wrong.${wrong[field]}`);
  const text = (
    field: Exclude<EventField, 'types' | 'caseSensitive' | 'entra'>,
    more: {
      label?: string;
      hint?: string;
      required?: boolean;
      fixed?: boolean;
      type?: string;
    } = {},
  ): ReactNode => (
    <Field
      label={more.label ?? t(`eventForm.${field}`)}
      hint={more.hint}
      required={more.required}
      validationMessage={why(field)}
    >
      <Input
        type={more.type as 'text' | undefined}
        autoComplete="off"
        disabled={disabled || more.fixed}
        value={form[field]}
        onChange={(_, { value }) => change({ [field]: value })}
      />
    </Field>
  );
  return { why, text };
}

/** The tab Basic: what the subscription is called, whose events, which of them, and where to. */
export function BasicTab({
  groups,
  source,
  onSource,
  ...tab
}: TabProps & { groups: Group[]; source: Source; onSource(source: Source): void }) {
  const { t } = useTranslation();
  const { form, exists, disabled, change } = tab;
  const { why, text } = useField(tab);
  const topics = exists ? [form.topicName] : topicsOf(groups, source.resource).map((x) => x.name);
  return (
    <>
      <Section title={t('eventForm.details')}>
        {text('name', { required: true, fixed: exists })}
        <Field label={t('eventForm.schema')} required>
          <Select
            disabled={disabled || exists}
            value={form.schema}
            onChange={(_, { value }) => change({ schema: value })}
          >
            {schemas.map((schema) => (
              <option key={schema} value={schema}>
                {t(`eventForm.schemas.${schema}`)}
              </option>
            ))}
          </Select>
        </Field>
      </Section>
      <Section title={t('eventForm.topicDetails')}>
        <SourceFields
          groups={groups}
          source={source}
          fixed={disabled || exists}
          onChange={onSource}
        />
        {topics.length === 0 ? (
          text('topicName', { required: true, hint: t('eventForm.topicNew') })
        ) : (
          <Field label={t('eventForm.topicName')} required hint={t('eventForm.topicFound')}>
            <Select
              disabled={disabled || exists}
              value={form.topicName}
              onChange={(_, { value }) => change({ topicName: value })}
            >
              {topics.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </Select>
          </Field>
        )}
      </Section>
      <Section title={t('eventForm.typesTitle')}>
        <TypesField
          topicType={source.topicType}
          value={form.types}
          wrong={why('types')}
          disabled={disabled}
          onChange={(types) => change({ types })}
        />
      </Section>
      <Section title={t('eventForm.endpointDetails')}>
        <Field label={t('eventForm.endpointType')} required hint={t('eventForm.webHookOnly')}>
          <Select disabled={disabled} defaultValue="WebHook">
            <option value="WebHook">{t('eventForm.webHook')}</option>
          </Select>
        </Field>
        <EndpointField
          value={form.endpoint}
          wrong={why('endpoint')}
          disabled={disabled}
          onChange={(endpoint) => change({ endpoint })}
        />
      </Section>
    </>
  );
}

/** The tab Filters: by the subject of an event. */
export function FiltersTab({ advanced, ...tab }: TabProps & { advanced: boolean }) {
  const { t } = useTranslation();
  const { form, disabled, change } = tab;
  const { text } = useField(tab);
  return (
    <Section title={t('eventForm.subject')} text={t('eventForm.subjectText')}>
      {text('subjectBeginsWith')}
      {text('subjectEndsWith')}
      <Checkbox
        label={t('eventForm.caseSensitive')}
        disabled={disabled}
        checked={form.caseSensitive}
        onChange={(_, { checked }) => change({ caseSensitive: checked === true })}
      />
      {advanced && <span>{t('eventForm.advanced')}</span>}
    </Section>
  );
}

/** The tab Additional Features: authentication by Entra, attempts, expiration. */
export function FeaturesTab(tab: TabProps) {
  const { t } = useTranslation();
  const { form, disabled, change } = tab;
  const { text } = useField(tab);
  return (
    <>
      <Section title={t('eventForm.entraTitle')} text={t('eventForm.entraText')}>
        <Checkbox
          label={t('eventForm.entra')}
          disabled={disabled}
          checked={form.entra}
          onChange={(_, { checked }) => change({ entra: checked === true })}
        />
        {form.entra && (
          <>
            {text('tenantId', { required: true })}
            {text('appId', { required: true })}
          </>
        )}
      </Section>
      <Section title={t('eventForm.retryTitle')}>
        {text('attempts', { type: 'number' })}
        {text('minutes', { type: 'number' })}
      </Section>
      <Section title={t('eventForm.expiresTitle')}>
        {text('expires', { type: 'datetime-local', hint: t('eventForm.expiresHint') })}
      </Section>
    </>
  );
}
