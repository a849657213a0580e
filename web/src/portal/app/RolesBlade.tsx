import {
  Badge,
  Button,
  Caption1,
  Checkbox,
  Field,
  Input,
  makeStyles,
  Radio,
  RadioGroup,
  Textarea,
  Tooltip,
  tokens,
} from '@fluentui/react-components';
import { AddRegular, PersonKeyRegular } from '@fluentui/react-icons';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Column, DataTable } from '../../shared/ui/DataTable';
import { Note } from '../../shared/ui/Note';
import { newUuid } from '../../shared/uuid';
import { directory, type GraphRole } from '../api/directory';
import { type Application, type ApplicationRole, keys } from '../api/portal';
import { SignInBar } from '../session/NeedsSignIn';
import { useSession } from '../session/useSession';
import { AzureProblem } from '../ui/AzureProblem';
import { ConfirmDialog } from '../ui/ConfirmDialog';
import { FormDialog } from '../ui/FormDialog';
import { Section } from '../ui/Section';
import {
  emptyRole,
  type MemberKind,
  memberKinds,
  mistakesOf,
  type RoleMistakes,
  withEnabled,
  without,
  withRole,
} from './roles';

const useStyles = makeStyles({
  actions: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalXS },
});

/** The roles that the application offers; by them it says who may do what with it. */
export function RolesBlade({ app }: { app: Application }) {
  const { t } = useTranslation();
  const styles = useStyles();
  const { account } = useSession();
  const client = useQueryClient();
  const [creating, setCreating] = useState(false);
  const [leaving, setLeaving] = useState<ApplicationRole>();
  const roles = app.appRoles ?? [];
  // The list is written as a whole, so it is read anew before.
  const change = async (edit: (now: GraphRole[]) => GraphRole[]) => {
    const now = await directory.application(app.appId);
    await directory.change(app.appId, { appRoles: edit(now.appRoles) });
    await client.invalidateQueries({ queryKey: keys.applications });
  };
  const switching = useMutation({
    mutationFn: (role: ApplicationRole) =>
      change((now) => withEnabled(now, role.id, role.disabled === true)),
  });
  const member = (kind: string) => t(`roles.member.${kind}`);
  const columns: Column<ApplicationRole>[] = [
    {
      key: 'name',
      title: t('apps.name'),
      width: '30%',
      cell: (row) => (
        <>
          {row.displayName}
          {row.description && <Caption1 block>{row.description}</Caption1>}
        </>
      ),
    },
    {
      key: 'members',
      title: t('apps.members'),
      cell: (row) => row.allowedMemberTypes.map(member).join(', '),
    },
    { key: 'value', title: t('apps.value'), cell: (row) => row.value },
    {
      key: 'state',
      title: t('resource.state'),
      cell: (row) => (
        <Badge appearance="tint" color={row.disabled ? 'informative' : 'success'}>
          {row.disabled ? t('roles.disabled') : t('roles.enabled')}
        </Badge>
      ),
    },
    {
      key: 'actions',
      title: t('secrets.actions'),
      cell: (row) => (
        <div className={styles.actions}>
          <Button
            size="small"
            aria-label={t(row.disabled ? 'roles.enableOf' : 'roles.disableOf', {
              name: row.displayName,
            })}
            disabled={!account || switching.isPending}
            onClick={() => switching.mutate(row)}
          >
            {row.disabled ? t('roles.enable') : t('roles.disable')}
          </Button>
          <Tooltip
            content={
              row.disabled ? t('roles.deleteOf', { name: row.displayName }) : t('roles.first')
            }
            relationship={row.disabled ? 'label' : 'description'}
          >
            <Button
              size="small"
              disabled={!account}
              disabledFocusable={!row.disabled}
              onClick={() => setLeaving(row)}
            >
              {t('secrets.delete')}
            </Button>
          </Tooltip>
        </div>
      ),
    },
  ];
  return (
    <>
      <SignInBar />
      <Section
        title={t('apps.roles')}
        text={t('roles.text')}
        actions={
          <Button icon={<AddRegular />} disabled={!account} onClick={() => setCreating(true)}>
            {t('roles.create')}
          </Button>
        }
      >
        {switching.isError && <AzureProblem error={switching.error} />}
        {roles.length === 0 ? (
          <Note icon={<PersonKeyRegular />} title={t('roles.none')}>
            {t('roles.noneText')}
          </Note>
        ) : (
          <DataTable
            label={t('apps.roles')}
            columns={columns}
            rows={roles}
            rowKey={(role) => role.id}
          />
        )}
      </Section>
      {creating && <CreateRole roles={roles} change={change} onClose={() => setCreating(false)} />}
      {leaving && (
        <ConfirmDialog
          title={t('roles.deleteAsk', { name: leaving.displayName })}
          text={t('roles.deleteText')}
          doIt={t('secrets.delete')}
          act={() => change((now) => without(now, leaving.id))}
          onClose={() => setLeaving(undefined)}
        />
      )}
    </>
  );
}

function CreateRole({
  roles,
  change,
  onClose,
}: {
  roles: ApplicationRole[];
  change(edit: (now: GraphRole[]) => GraphRole[]): Promise<void>;
  onClose(): void;
}) {
  const { t } = useTranslation();
  const [form, setForm] = useState(emptyRole);
  const [mistakes, setMistakes] = useState<RoleMistakes>({});
  const creating = useMutation({
    mutationFn: () => change((now) => withRole(now, form, newUuid())),
    onSuccess: onClose,
  });
  const submit = () => {
    const found = mistakesOf(form, roles);
    setMistakes(found);
    if (Object.keys(found).length === 0) creating.mutate();
  };
  const set =
    (field: keyof RoleMistakes) =>
    (_: unknown, { value }: { value: string }) => {
      setForm({ ...form, [field]: value });
      setMistakes({ ...mistakes, [field]: undefined });
    };
  const wrong = (field: keyof RoleMistakes) => {
    const mistake = mistakes[field];
    return mistake && t(`roles.wrong.${mistake}`);
  };
  return (
    <FormDialog
      title={t('roles.create')}
      doIt={t('roles.do')}
      doing={creating}
      onSubmit={submit}
      onClose={onClose}
    >
      <Field label={t('apps.name')} required validationMessage={wrong('displayName')}>
        <Input value={form.displayName} maxLength={100} onChange={set('displayName')} />
      </Field>
      <Field label={t('apps.members')} required>
        <RadioGroup
          value={form.members}
          onChange={(_, { value }) => setForm({ ...form, members: value as MemberKind })}
        >
          {(Object.keys(memberKinds) as MemberKind[]).map((kind) => (
            <Radio key={kind} value={kind} label={t(`roles.members.${kind}`)} />
          ))}
        </RadioGroup>
      </Field>
      <Field
        label={t('apps.value')}
        required
        hint={t('roles.valueHint')}
        validationMessage={wrong('value')}
      >
        <Input value={form.value} maxLength={250} onChange={set('value')} />
      </Field>
      <Field label={t('secrets.description')} required validationMessage={wrong('description')}>
        <Textarea value={form.description} onChange={set('description')} />
      </Field>
      <Checkbox
        label={t('roles.enableAsk')}
        checked={form.enabled}
        onChange={(_, { checked }) => setForm({ ...form, enabled: checked === true })}
      />
    </FormDialog>
  );
}
