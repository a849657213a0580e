import { Button } from '@fluentui/react-components';
import { DeleteRegular } from '@fluentui/react-icons';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { directory, directoryKeys } from '../api/directory';
import { type Application, keys } from '../api/portal';
import { SignInBar } from '../session/NeedsSignIn';
import { useSession } from '../session/useSession';
import { AzureLoaded } from '../ui/AzureLoaded';
import { AzureProblem } from '../ui/AzureProblem';
import { ConfirmDialog } from '../ui/ConfirmDialog';
import { Facts } from '../ui/Facts';
import { Section } from '../ui/Section';
import { ValueField } from '../ui/ValueField';

/** The ids that others ask for, with the way to copy them; and the way to delete the registration. */
export function AppOverview({ app }: { app: Application }) {
  const { t, i18n } = useTranslation();
  const { account } = useSession();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [asked, setAsked] = useState(false);
  const copy = t('register.copy');
  const audience = `apps.audiences.${app.signInAudience}`;
  return (
    <>
      <SignInBar />
      <Section
        title={t('resource.essentials')}
        actions={
          <Button
            icon={<DeleteRegular />}
            disabledFocusable={!account}
            onClick={() => setAsked(true)}
          >
            {t('register.delete')}
          </Button>
        }
      >
        <ValueField label={t('apps.name')} value={app.displayName} copy={copy} />
        <ValueField label={t('apps.appId')} value={app.appId} copy={copy} />
        <ValueField label={t('apps.objectId')} value={app.id} copy={copy} />
        <ValueField label={t('apps.tenantId')} value={app.tenantId} copy={copy} />
        <Facts
          facts={[
            [t('apps.audience'), i18n.exists(audience) ? t(audience) : app.signInAudience],
            [t('apps.tokens'), app.requestedAccessTokenVersion === 2 ? 'v2.0' : 'v1.0'],
            [t('apps.uris'), app.identifierUris?.join(', ') || '–'],
          ]}
        />
      </Section>
      {account?.tenantId === app.tenantId && <Enterprise app={app} user={account.id} />}
      {asked && (
        <ConfirmDialog
          title={t('register.deleteAsk', { name: app.displayName })}
          text={t('register.deleteText')}
          doIt={t('register.delete')}
          act={() => directory.remove(app.appId)}
          onDone={() => {
            navigate('/apps');
            void client.invalidateQueries({ queryKey: keys.applications });
            void client.invalidateQueries({ queryKey: ['graph'] });
          }}
          onClose={() => setAsked(false)}
        />
      )}
    </>
  );
}

/** The application's presence in its directory: what roles are assigned to. */
function Enterprise({ app, user }: { app: Application; user: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const queryKey = directoryKeys.principal(user, app.appId);
  const principal = useQuery({
    queryKey,
    queryFn: ({ signal }) => directory.principal(app.appId, signal),
  });
  const creating = useMutation({
    mutationFn: () => directory.createPrincipal(app.appId),
    onSuccess: () => client.invalidateQueries({ queryKey }),
  });
  return (
    <Section title={t('register.enterprise')} text={t('register.enterpriseText')}>
      <AzureLoaded query={principal}>
        {(found) =>
          found ? (
            <ValueField label={t('apps.objectId')} value={found.id} copy={t('register.copy')} />
          ) : (
            <div>
              <Button disabled={creating.isPending} onClick={() => creating.mutate()}>
                {t('register.createPrincipal')}
              </Button>
            </div>
          )
        }
      </AzureLoaded>
      {creating.isError && <AzureProblem error={creating.error} />}
    </Section>
  );
}
