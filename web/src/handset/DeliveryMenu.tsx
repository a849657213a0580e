import {
  Button,
  Field,
  MessageBar,
  MessageBarBody,
  makeStyles,
  Popover,
  PopoverSurface,
  PopoverTrigger,
  Radio,
  RadioGroup,
  Select,
  SpinButton,
  Tooltip,
  tokens,
} from '@fluentui/react-components';
import {
  CellularData1Filled,
  CellularOffFilled,
  HourglassRegular,
  MailOffRegular,
} from '@fluentui/react-icons';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useErrorText } from '../shared/api/useErrorText';
import { type DeliveryChoice, failureCodes, handset, keys } from './api/handset';

const useStyles = makeStyles({
  surface: { display: 'grid', gap: tokens.spacingVerticalM, width: '290px' },
});

const modes = ['delivered', 'failed', 'delayed', 'unreported'] as const;
const icons = {
  delivered: <CellularData1Filled />,
  failed: <CellularOffFilled />,
  delayed: <HourglassRegular />,
  unreported: <MailOffRegular />,
};
const unknown: DeliveryChoice = { mode: 'delivered', code: '4006', delaySeconds: 10 };

/** Chooses what becomes of the texts that are sent to this handset. A choice acts at once. */
export function DeliveryMenu({ customer }: { customer: string }) {
  const { t } = useTranslation();
  const styles = useStyles();
  const client = useQueryClient();
  const errorText = useErrorText();
  const key = keys.delivery(customer);
  const query = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => handset.delivery(customer, signal),
  });
  const set = useMutation({
    mutationFn: (choice: DeliveryChoice) => handset.setDelivery(customer, choice),
    onMutate: (choice) => client.setQueryData(key, choice),
    // Whatever came of it, what the cloud has is what is shown.
    onSettled: () => client.invalidateQueries({ queryKey: key }),
  });
  const choice = query.data ?? unknown;
  const complete = {
    ...choice,
    code: choice.code || '4006',
    delaySeconds: choice.delaySeconds || 10,
  };
  const change = (part: Partial<DeliveryChoice>) => set.mutate({ ...complete, ...part });
  const problem = set.error ?? query.error;
  return (
    <Popover withArrow trapFocus>
      <PopoverTrigger disableButtonEnhancement>
        <Tooltip
          content={`${t('delivery.title')}: ${t(`delivery.${choice.mode}`)}`}
          relationship="label"
        >
          <Button appearance="subtle" icon={icons[choice.mode]} data-mode={choice.mode} />
        </Tooltip>
      </PopoverTrigger>
      <PopoverSurface className={styles.surface} aria-label={t('delivery.title')}>
        <Field label={t('delivery.title')}>
          <RadioGroup
            value={choice.mode}
            onChange={(_, { value }) => change({ mode: value as DeliveryChoice['mode'] })}
          >
            {modes.map((mode) => (
              <Radio key={mode} value={mode} label={t(`delivery.${mode}`)} />
            ))}
          </RadioGroup>
        </Field>
        {choice.mode === 'failed' && (
          <Field label={t('delivery.why')}>
            <Select value={complete.code} onChange={(_, { value }) => change({ code: value })}>
              {failureCodes.map((code) => (
                <option key={code} value={code}>
                  {`${t(`code.${code}`)} (${code})`}
                </option>
              ))}
            </Select>
          </Field>
        )}
        {choice.mode === 'delayed' && (
          <Field label={t('delivery.seconds')}>
            <SpinButton
              min={1}
              max={3600}
              value={complete.delaySeconds}
              onChange={(_, { value, displayValue }) => {
                const seconds = Math.round(value ?? Number(displayValue));
                if (seconds >= 1 && seconds <= 3600) change({ delaySeconds: seconds });
              }}
            />
          </Field>
        )}
        {problem && (
          <MessageBar intent="error" role="alert" layout="multiline">
            <MessageBarBody>{errorText(problem)}</MessageBarBody>
          </MessageBar>
        )}
      </PopoverSurface>
    </Popover>
  );
}
