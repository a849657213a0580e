import {
  Badge,
  Button,
  MessageBar,
  MessageBarBody,
  makeStyles,
  Spinner,
  Tooltip,
  tokens,
} from '@fluentui/react-components';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Column, DataTable } from '../../shared/ui/DataTable';
import { azure } from '../api/azure';
import { keys, type Provider, portal } from '../api/portal';
import { SignInBar } from '../session/NeedsSignIn';
import { useSession } from '../session/useSession';
import { AzureProblem } from '../ui/AzureProblem';
import { ConfirmDialog } from '../ui/ConfirmDialog';
import { Loaded } from '../ui/Loaded';
import { Section } from '../ui/Section';

const useStyles = makeStyles({
  actions: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalXS },
});

/** How often a state that is changing is read again, in milliseconds. */
const pause = 2_000;

const changing = ({ registrationState }: Provider) => registrationState.endsWith('ing');

/** Which providers the subscription may make resources of. */
export function ProvidersBlade({ subscription }: { subscription: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const queryKey = keys.providers(subscription);
  const providers = useQuery({
    queryKey,
    queryFn: ({ signal }) => portal.providers(subscription, signal),
    refetchInterval: ({ state }) => (state.data?.items.some(changing) ? pause : false),
  });
  const [leaving, setLeaving] = useState<Provider>();
  const act = async (namespace: string, action: 'register' | 'unregister') => {
    const path = `/subscriptions/${subscription}/providers/${namespace}/${action}`;
    await azure.arm<Provider>('POST', path);
    await client.invalidateQueries({ queryKey });
  };
  const registering = useMutation({
    mutationFn: ({ namespace }: Provider) => act(namespace, 'register'),
  });
  return (
    <>
      <SignInBar />
      {registering.isSuccess && (
        <MessageBar intent="success" layout="multiline" role="status">
          <MessageBarBody>
            {t('providers.done', { name: registering.variables.namespace })}
          </MessageBarBody>
        </MessageBar>
      )}
      {registering.isError && <AzureProblem error={registering.error} />}
      <Section title={t('providers.title')} text={t('providers.text')}>
        <Loaded query={providers}>
          {({ items }) => (
            <Table
              rows={items}
              pending={registering.isPending ? registering.variables.namespace : undefined}
              onRegister={(provider) => registering.mutate(provider)}
              onUnregister={setLeaving}
            />
          )}
        </Loaded>
      </Section>
      {leaving && (
        <ConfirmDialog
          title={t('providers.unregisterAsk', { name: leaving.namespace })}
          text={t('providers.unregisterText')}
          doIt={t('providers.unregister')}
          act={() => act(leaving.namespace, 'unregister')}
          onDone={() => registering.reset()}
          onClose={() => setLeaving(undefined)}
        />
      )}
    </>
  );
}

function Table({
  rows,
  pending,
  onRegister,
  onUnregister,
}: {
  rows: Provider[];
  pending?: string;
  onRegister(provider: Provider): void;
  onUnregister(provider: Provider): void;
}) {
  const { t, i18n } = useTranslation();
  const styles = useStyles();
  const { account } = useSession();
  const stateOf = (row: Provider) =>
    row.namespace === pending ? 'Registering' : row.registrationState;
  const label = (state: string) => {
    const key = `providers.state.${state}`;
    return i18n.exists(key) ? t(key) : state;
  };
  const columns: Column<Provider>[] = [
    { key: 'name', title: t('providers.provider'), cell: (row) => row.namespace },
    {
      key: 'state',
      title: t('resource.state'),
      width: '180px',
      cell: (row) => {
        const state = stateOf(row);
        return (
          <Badge
            appearance="tint"
            color={state === 'Registered' ? 'success' : 'informative'}
            icon={state.endsWith('ing') ? <Spinner size="extra-tiny" /> : undefined}
          >
            {label(state)}
          </Badge>
        );
      },
    },
    {
      key: 'actions',
      title: t('secrets.actions'),
      cell: (row) => {
        const free = row.registrationPolicy === 'RegistrationFree';
        const registered = row.registrationState === 'Registered';
        const word = registered ? 'reregister' : 'register';
        const button = (name: 'register' | 'reregister' | 'unregister', act: () => void) => (
          <Button
            size="small"
            aria-label={t(`providers.${name}Of`, { name: row.namespace })}
            disabled={!account || pending !== undefined || changing(row)}
            onClick={act}
          >
            {t(`providers.${name}`)}
          </Button>
        );
        if (free) {
          return (
            <Tooltip content={t('providers.free')} relationship="description">
              <Button
                size="small"
                disabledFocusable
                aria-label={t('providers.unregisterOf', { name: row.namespace })}
              >
                {t('providers.unregister')}
              </Button>
            </Tooltip>
          );
        }
        return (
          <div className={styles.actions}>
            {button(word, () => onRegister(row))}
            {registered && button('unregister', () => onUnregister(row))}
          </div>
        );
      },
    },
  ];
  return (
    <DataTable
      label={t('providers.title')}
      columns={columns}
      rows={rows}
      rowKey={({ namespace }) => namespace}
    />
  );
}
