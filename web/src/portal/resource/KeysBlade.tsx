import { Button, MessageBar, MessageBarBody } from '@fluentui/react-components';
import { ArrowSyncRegular } from '@fluentui/react-icons';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Keys, type KeyType, keys, portal, type Service } from '../api/portal';
import { ConfirmDialog } from '../ui/ConfirmDialog';
import { Loaded } from '../ui/Loaded';
import { Section } from '../ui/Section';
import { ValueField } from '../ui/ValueField';

const keyTypes: KeyType[] = ['primary', 'secondary'];

/** Both access keys with their connection strings, each of which can be made anew. */
export function KeysBlade({ service }: { service: Service }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [asked, setAsked] = useState<KeyType>();
  const [done, setDone] = useState<KeyType>();
  const pair = useQuery({
    queryKey: keys.keys(service.id),
    queryFn: ({ signal }) => portal.keys(service.id, signal),
  });
  const regenerate = async (keyType: KeyType) => {
    const fresh = await portal.regenerate(service.id, keyType);
    await client.cancelQueries({ queryKey: keys.keys(service.id) });
    client.setQueryData<Keys>(keys.keys(service.id), fresh);
  };
  return (
    <Loaded query={pair}>
      {(found) => (
        <>
          {done && (
            <MessageBar intent="success" layout="multiline" role="status">
              <MessageBarBody>{t(`keys.done.${done}`)}</MessageBarBody>
            </MessageBar>
          )}
          {keyTypes.map((keyType) => (
            <Section
              key={keyType}
              title={t(`keys.${keyType}`)}
              actions={
                <Button icon={<ArrowSyncRegular />} onClick={() => setAsked(keyType)}>
                  {t(`keys.regenerate.${keyType}`)}
                </Button>
              }
            >
              <ValueField secret label={t('keys.key')} value={found[`${keyType}Key`]} />
              <ValueField
                secret
                label={t('keys.connectionString')}
                value={found[`${keyType}ConnectionString`]}
              />
            </Section>
          ))}
          {asked && (
            <ConfirmDialog
              title={t(`keys.ask.${asked}`)}
              text={t('keys.askText')}
              doIt={t('keys.do')}
              act={() => regenerate(asked)}
              onDone={() => setDone(asked)}
              onClose={() => setAsked(undefined)}
            />
          )}
        </>
      )}
    </Loaded>
  );
}
