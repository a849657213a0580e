import {
  Button,
  Caption1,
  Field,
  Input,
  MessageBar,
  MessageBarBody,
  makeStyles,
  Select,
  Spinner,
  tokens,
} from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../../../shared/api/request';
import { useErrorText } from '../../../shared/api/useErrorText';
import { LoadingFailed } from '../../../shared/ui/Note';
import { keys } from '../../api/keys';
import { automaticApi, type SignIn, type Target } from './automaticApi';
import { ScriptBox } from './ScriptBox';
import { useAutomaticChange } from './useAutomatic';

const useStyles = makeStyles({
  form: { display: 'grid', gap: tokens.spacingVerticalM, alignContent: 'start' },
  who: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: tokens.spacingHorizontalS,
    overflowWrap: 'anywhere',
  },
});

/** The value by which the list of groups stands for one that does not exist yet. */
const newGroup = '\n';

/** Chooses what is connected, of what the sign-in can see; where there is only one it is chosen already. */
export function ChooseForm({
  signIn,
  create,
  target,
  onChange,
}: {
  signIn: SignIn;
  create: boolean;
  target: Target;
  onChange(target: Target): void;
}) {
  const { t } = useTranslation();
  const styles = useStyles();
  const errorText = useErrorText();
  const subscriptionId = target.subscriptionId ?? '';
  const choices = useQuery({
    queryKey: [...keys.automatic, 'choices', signIn.who, subscriptionId],
    queryFn: ({ signal }) => automaticApi.choices(subscriptionId, signal),
  });
  const leave = useAutomaticChange(automaticApi.signOut);
  const plan = useAutomaticChange(() =>
    automaticApi.start({ kind: 'plan', target: { ...target, create } }),
  );
  const set = (part: Target) => onChange({ ...target, ...part });
  const { data } = choices;
  const subscriptions = data?.subscriptions ?? [];
  const resources = data?.resources ?? [];
  const groups = data?.groups ?? [];

  // The only one of its kind is chosen already.
  const onlySubscription =
    !subscriptionId && subscriptions.length === 1 ? subscriptions[0]?.id : undefined;
  const onlyResource =
    !create && subscriptionId && !target.resourceName && resources.length === 1
      ? resources[0]
      : undefined;
  useEffect(() => {
    if (onlySubscription) onChange({ ...target, subscriptionId: onlySubscription });
    else if (onlyResource)
      onChange({
        ...target,
        resourceGroup: onlyResource.group,
        resourceName: onlyResource.name,
      });
  }, [onlySubscription, onlyResource, target, onChange]);

  const wrong = (field: string) =>
    plan.error instanceof ProblemError
      ? plan.error.errors.find(({ location }) => location.endsWith(field))?.message
      : undefined;
  const knownGroup = groups.some(({ name }) => name === target.resourceGroup);
  const making = create && target.resourceGroup !== undefined && !knownGroup;
  const complete = Boolean(subscriptionId && target.resourceGroup && target.resourceName);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (complete && !plan.isPending) plan.mutate();
  };
  return (
    <form noValidate autoComplete="off" className={styles.form} onSubmit={submit}>
      <div className={styles.who}>
        <Caption1>{t('automatic.signedIn', { who: signIn.who })}</Caption1>
        <Button size="small" onClick={() => leave.mutate()}>
          {t('automatic.signOut')}
        </Button>
      </div>
      {choices.isLoadingError && (
        <LoadingFailed error={choices.error} retry={() => void choices.refetch()} />
      )}
      {choices.isPending && (
        <Spinner size="tiny" style={{ justifyContent: 'start' }} label={t('automatic.looking')} />
      )}
      <Field label={t('automatic.subscription')}>
        <Select
          value={subscriptionId}
          onChange={(_, { value }) =>
            onChange({
              testNumber: target.testNumber,
              appId: target.appId,
              dataLocation: target.dataLocation,
              subscriptionId: value,
            })
          }
        >
          <option value="">{t('automatic.choose')}</option>
          {subscriptionId && subscriptions.every(({ id }) => id !== subscriptionId) && (
            <option value={subscriptionId}>{subscriptionId}</option>
          )}
          {subscriptions.map(({ id, name, active, trial }) => (
            <option key={id} value={id} disabled={!active}>
              {name}
              {!active && ` – ${t('automatic.inactive')}`}
              {trial && ` – ${t('automatic.trial')}`}
            </option>
          ))}
        </Select>
      </Field>
      {!create && (
        <Field
          label={t('automatic.resource')}
          hint={
            data && subscriptionId && resources.length === 0 ? t('automatic.noResource') : undefined
          }
        >
          <Select
            value={target.resourceName ? `${target.resourceGroup}/${target.resourceName}` : ''}
            disabled={!subscriptionId}
            onChange={(_, { value }) => {
              const [resourceGroup, resourceName] = value.split('/');
              set({ resourceGroup, resourceName });
            }}
          >
            <option value="">{t('automatic.choose')}</option>
            {resources.map(({ group, name }) => (
              <option key={`${group}/${name}`} value={`${group}/${name}`}>
                {name} ({group})
              </option>
            ))}
          </Select>
        </Field>
      )}
      {create && (
        <>
          <Field label={t('automatic.group')}>
            <Select
              value={making ? newGroup : (target.resourceGroup ?? '')}
              disabled={!subscriptionId}
              onChange={(_, { value }) =>
                set(
                  value === newGroup
                    ? { resourceGroup: '', groupLocation: target.groupLocation ?? 'westeurope' }
                    : { resourceGroup: value || undefined, groupLocation: undefined },
                )
              }
            >
              <option value="">{t('automatic.choose')}</option>
              {groups.map(({ name }) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
              <option value={newGroup}>{t('automatic.newGroup')}</option>
            </Select>
          </Field>
          {making && (
            <>
              <Field label={t('automatic.groupName')} required>
                <Input
                  value={target.resourceGroup ?? ''}
                  onChange={(_, { value }) => set({ resourceGroup: value })}
                />
              </Field>
              <Field label={t('automatic.groupLocation')} hint={t('automatic.groupLocationHint')}>
                <Input
                  value={target.groupLocation ?? ''}
                  onChange={(_, { value }) => set({ groupLocation: value })}
                />
              </Field>
            </>
          )}
          <Field label={t('connection.resourceName')} hint={t('automatic.nameHint')} required>
            <Input
              value={target.resourceName ?? ''}
              onChange={(_, { value }) => set({ resourceName: value })}
            />
          </Field>
          <Field label={t('automatic.dataLocation')} hint={t('automatic.dataLocationHint')}>
            <Select
              value={target.dataLocation ?? 'Europe'}
              onChange={(_, { value }) => set({ dataLocation: value })}
            >
              {(data?.dataLocations ?? ['Europe']).map((location) => (
                <option key={location}>{location}</option>
              ))}
            </Select>
          </Field>
        </>
      )}
      <Field
        label={t('connection.eventGridAppId')}
        hint={t('automatic.appHint')}
        validationMessage={wrong('appId')}
      >
        <Input value={target.appId ?? ''} onChange={(_, { value }) => set({ appId: value })} />
      </Field>
      <Field
        label={t('automatic.testNumber')}
        hint={t('automatic.testNumberHint')}
        validationMessage={wrong('testNumber')}
      >
        <Input
          type="tel"
          value={target.testNumber ?? ''}
          onChange={(_, { value }) => set({ testNumber: value.trim() })}
        />
      </Field>
      {plan.error && !wrong('testNumber') && !wrong('appId') && (
        <MessageBar intent="error" role="alert" layout="multiline">
          <MessageBarBody>{errorText(plan.error)}</MessageBarBody>
        </MessageBar>
      )}
      <div className={styles.who}>
        <Button type="submit" appearance="primary" disabledFocusable={!complete || plan.isPending}>
          {t('automatic.plan')}
        </Button>
        {!complete && <Caption1>{t('automatic.incomplete')}</Caption1>}
      </div>
      {complete && <ScriptBox target={{ ...target, create }} />}
    </form>
  );
}
