import { Caption1, Dropdown, Field, makeStyles, Option, tokens } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { grid, gridKeys } from './grid';
import { useEventTypeName } from './useEventTypeName';

const useStyles = makeStyles({
  list: { maxHeight: '50vh' },
  chosen: { display: 'block', color: tokens.colorNeutralForeground2 },
});

/** Chooses which types of events pass, by the names that Azure shows. */
export function TypesField({
  topicType,
  value,
  wrong,
  disabled,
  onChange,
}: {
  topicType: string;
  value: string[];
  wrong?: string;
  disabled?: boolean;
  onChange(types: string[]): void;
}) {
  const { t } = useTranslation();
  const styles = useStyles();
  const name = useEventTypeName();
  const known = useQuery({
    queryKey: gridKeys.eventTypes(topicType),
    queryFn: ({ signal }) => grid.eventTypes(topicType, signal),
  });
  const names = new Map(known.data?.map((each) => [each.name, each.properties.displayName]));
  const types = [...new Set([...names.keys(), ...value])];
  return (
    <Field label={t('eventForm.types')} required validationMessage={wrong}>
      <Dropdown
        multiselect
        disabled={disabled}
        placeholder={t('eventForm.typesNone')}
        listbox={{ className: styles.list }}
        value={value.length === 0 ? '' : t('eventForm.typesCount', { count: value.length })}
        selectedOptions={value}
        onOptionSelect={(_, { selectedOptions }) =>
          onChange(types.filter((type) => selectedOptions.includes(type)))
        }
      >
        {types.map((type) => (
          <Option key={type} value={type}>
            {name(type, names.get(type))}
          </Option>
        ))}
      </Dropdown>
      <Caption1 className={styles.chosen}>
        {value.map((type) => name(type, names.get(type))).join(', ')}
      </Caption1>
    </Field>
  );
}
