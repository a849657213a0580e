import {
  Button,
  MessageBar,
  MessageBarBody,
  makeStyles,
  Spinner,
  tokens,
} from '@fluentui/react-components';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../../shared/api/request';
import { useErrorText } from '../../shared/api/useErrorText';
import { api } from '../api/client';
import { keys } from '../api/keys';
import type { Connection } from '../api/types';
import { useDesk } from '../desk';
import { wrongOf } from './fiveValues';
import { useShape } from './useShape';
import { ValueField } from './ValueField';

const useStyles = makeStyles({ form: { display: 'grid', gap: tokens.spacingVerticalM } });

/** Enters the new connection string after the key was regenerated in Azure. */
export function KeySection({ connection }: { connection: Connection }) {
  const { t } = useTranslation();
  const styles = useStyles();
  const { client } = useDesk();
  const errorText = useErrorText();
  const [text, setText] = useState('');
  const { resourceName, resourceId } = connection;
  const shape = useShape(text ? { resourceName, resourceId, connectionString: text } : {});
  const replace = useMutation({
    mutationFn: () => api.replaceConnectionString(text),
    onSuccess: (changed) => {
      client.setQueryData(keys.connection, changed);
      void client.invalidateQueries({ queryKey: keys.numbers });
      setText('');
    },
  });
  const { error } = replace;
  const refused = error instanceof ProblemError && wrongOf(error.errors).connectionString;
  const stored =
    connection.key === 'refused' && !text && !replace.isPending
      ? t('manage.keyRefused', { name: resourceName })
      : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text && !replace.isPending) replace.mutate();
  };
  return (
    <form noValidate autoComplete="off" className={styles.form} onSubmit={submit}>
      <ValueField
        label={t('connection.connectionString')}
        hint={t('connection.where.connectionString')}
        value={text}
        onChange={(value) => {
          setText(value);
          replace.reset();
        }}
        wrong={(refused || shape.connectionString) ?? stored}
        secret
        readOnly={replace.isPending}
      />
      {error && !refused && (
        <MessageBar intent="error" role="alert" layout="multiline">
          <MessageBarBody>{errorText(error)}</MessageBarBody>
        </MessageBar>
      )}
      {replace.isSuccess && (
        <MessageBar intent="success" role="status" layout="multiline">
          <MessageBarBody>{t('manage.keyGood')}</MessageBarBody>
        </MessageBar>
      )}
      {replace.isPending ? (
        <Spinner size="tiny" style={{ justifyContent: 'start' }} label={t('manage.keySaving')} />
      ) : (
        <div>
          <Button type="submit" disabled={!text}>
            {t('manage.keySave')}
          </Button>
        </div>
      )}
    </form>
  );
}
