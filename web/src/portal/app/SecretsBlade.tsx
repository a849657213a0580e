import {
  Button,
  Field,
  Input,
  MessageBar,
  MessageBarBody,
  Select,
  Tooltip,
} from '@fluentui/react-components';
import { AddRegular, DeleteRegular, KeyRegular } from '@fluentui/react-icons';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDate } from '../../shared/format/time';
import { type Column, DataTable } from '../../shared/ui/DataTable';
import { Note } from '../../shared/ui/Note';
import { directory, directoryKeys, type Secret } from '../api/directory';
import type { Application } from '../api/portal';
import { NeedsSignIn } from '../session/NeedsSignIn';
import { AzureLoaded } from '../ui/AzureLoaded';
import { ConfirmDialog } from '../ui/ConfirmDialog';
import { FormDialog } from '../ui/FormDialog';
import { Section } from '../ui/Section';
import { type Expiry, endOf, lifetimes } from './expiry';
import { IdCell } from './IdCell';

/** The credentials by which the application proves who it is. */
export function SecretsBlade({ app }: { app: Application }) {
  return <NeedsSignIn>{({ id }) => <Secrets app={app} user={id} />}</NeedsSignIn>;
}

function Secrets({ app, user }: { app: Application; user: string }) {
  const { t, i18n } = useTranslation();
  const client = useQueryClient();
  const [adding, setAdding] = useState(false);
  const [leaving, setLeaving] = useState<Secret>();
  // Told this once: it is gone with the page.
  const [made, setMade] = useState<Secret>();
  const queryKey = directoryKeys.application(user, app.appId);
  const application = useQuery({
    queryKey,
    queryFn: ({ signal }) => directory.application(app.appId, signal),
  });
  const renew = () => client.invalidateQueries({ queryKey });
  const nameOf = (secret: Secret) => secret.displayName || secret.keyId;
  const columns: Column<Secret>[] = [
    { key: 'name', title: t('secrets.description'), cell: (row) => row.displayName || '–' },
    {
      key: 'expires',
      title: t('secrets.expires'),
      cell: (row) => formatDate(row.endDateTime, i18n.language),
    },
    {
      key: 'value',
      title: t('secrets.value'),
      cell: (row) =>
        row.keyId === made?.keyId && made.secretText ? (
          <IdCell id={made.secretText} what={t('secrets.value')} />
        ) : (
          `${row.hint}${'*'.repeat(12)}`
        ),
    },
    {
      key: 'id',
      title: t('secrets.id'),
      cell: (row) => <IdCell id={row.keyId} what={t('secrets.id')} />,
    },
    {
      key: 'delete',
      title: t('secrets.actions'),
      width: '80px',
      cell: (row) => (
        <Tooltip content={t('secrets.deleteOf', { name: nameOf(row) })} relationship="label">
          <Button appearance="subtle" icon={<DeleteRegular />} onClick={() => setLeaving(row)} />
        </Tooltip>
      ),
    },
  ];
  return (
    <AzureLoaded query={application}>
      {({ passwordCredentials, keyCredentials }) => (
        <>
          {made && (
            <MessageBar intent="success" layout="multiline" role="status">
              <MessageBarBody>{t('secrets.once')}</MessageBarBody>
            </MessageBar>
          )}
          <Section
            title={t('secrets.title')}
            text={t('secrets.text')}
            actions={
              <Button icon={<AddRegular />} onClick={() => setAdding(true)}>
                {t('secrets.new')}
              </Button>
            }
          >
            {passwordCredentials.length === 0 ? (
              <Note icon={<KeyRegular />} title={t('secrets.none')}>
                {t('secrets.noneText')}
              </Note>
            ) : (
              <DataTable
                label={t('secrets.title')}
                columns={columns}
                rows={passwordCredentials}
                rowKey={({ keyId }) => keyId}
              />
            )}
          </Section>
          {keyCredentials.length > 0 && (
            <Section title={t('secrets.certificates')}>
              {keyCredentials.map(({ keyId, customKeyIdentifier }) => (
                <IdCell key={keyId} id={customKeyIdentifier} what={t('secrets.certificates')} />
              ))}
            </Section>
          )}
          {adding && (
            <AddSecret
              appId={app.appId}
              onMade={(secret) => {
                setMade(secret);
                setAdding(false);
                void renew();
              }}
              onClose={() => setAdding(false)}
            />
          )}
          {leaving && (
            <ConfirmDialog
              title={t('secrets.deleteAsk', { name: nameOf(leaving) })}
              text={t('secrets.deleteText')}
              doIt={t('secrets.delete')}
              act={() => directory.removeSecret(app.appId, leaving.keyId)}
              onDone={() => {
                if (made?.keyId === leaving.keyId) setMade(undefined);
                void renew();
              }}
              onClose={() => setLeaving(undefined)}
            />
          )}
        </>
      )}
    </AzureLoaded>
  );
}

function AddSecret({
  appId,
  onMade,
  onClose,
}: {
  appId: string;
  onMade(secret: Secret): void;
  onClose(): void;
}) {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const [expiry, setExpiry] = useState<Expiry>('180');
  const [day, setDay] = useState('');
  const [wrong, setWrong] = useState(false);
  const adding = useMutation({
    mutationFn: (end: string) => directory.addSecret(appId, name.trim(), end),
    onSuccess: onMade,
  });
  const submit = () => {
    const end = endOf(expiry, day, new Date());
    if (end) adding.mutate(end);
    else setWrong(true);
  };
  return (
    <FormDialog
      title={t('secrets.add')}
      doIt={t('secrets.do')}
      doing={adding}
      onSubmit={submit}
      onClose={onClose}
    >
      <Field label={t('secrets.description')}>
        <Input
          value={name}
          maxLength={120}
          placeholder={t('secrets.descriptionHint')}
          onChange={(_, { value }) => setName(value)}
        />
      </Field>
      <Field label={t('secrets.expires')}>
        <Select
          value={expiry}
          onChange={(_, { value }) => {
            setExpiry(value as Expiry);
            setWrong(false);
          }}
        >
          {lifetimes.map((days) => (
            <option key={days} value={days}>
              {t(`secrets.lifetimes.${days}`)}
            </option>
          ))}
          <option value="custom">{t('secrets.lifetimes.custom')}</option>
        </Select>
      </Field>
      {expiry === 'custom' && (
        <Field
          label={t('secrets.end')}
          validationMessage={wrong ? t('secrets.endWrong') : undefined}
        >
          <Input
            type="date"
            value={day}
            onChange={(_, { value }) => {
              setDay(value);
              setWrong(false);
            }}
          />
        </Field>
      )}
    </FormDialog>
  );
}
