import type { GraphRole } from '../api/directory';

/** Who may hold a role, as Azure's portal asks it. */
export const memberKinds = {
  users: ['User'],
  applications: ['Application'],
  both: ['User', 'Application'],
} as const;
export type MemberKind = keyof typeof memberKinds;

/** What is typed for a new role. */
export interface RoleForm {
  displayName: string;
  members: MemberKind;
  value: string;
  description: string;
  enabled: boolean;
}

export const emptyRole: RoleForm = {
  displayName: '',
  members: 'users',
  value: '',
  description: '',
  enabled: true,
};

export type RoleMistake = 'needed' | 'spaces' | 'taken';
export type RoleMistakes = Partial<Record<'displayName' | 'value' | 'description', RoleMistake>>;

/** What is wrong with a new role, by Entra's rules: no spaces in the value, and no value twice. */
export function mistakesOf(form: RoleForm, roles: { value: string | null }[]): RoleMistakes {
  const mistakes: RoleMistakes = {};
  for (const field of ['displayName', 'value', 'description'] as const)
    if (form[field].trim() === '') mistakes[field] = 'needed';
  const value = form.value.trim();
  if (/\s/.test(value)) mistakes.value = 'spaces';
  else if (value && roles.some((role) => role.value === value)) mistakes.value = 'taken';
  return mistakes;
}

/** The list with one role more. Graph wants a description of each, which roles made elsewhere may lack. */
export function withRole(roles: GraphRole[], form: RoleForm, id: string): GraphRole[] {
  return [
    ...described(roles),
    {
      id,
      displayName: form.displayName.trim(),
      description: form.description.trim(),
      value: form.value.trim(),
      allowedMemberTypes: [...memberKinds[form.members]],
      isEnabled: form.enabled,
    },
  ];
}

/** The list with one role switched on or off. */
export const withEnabled = (roles: GraphRole[], id: string, isEnabled: boolean) =>
  described(roles).map((role) => (role.id === id ? { ...role, isEnabled } : role));

/** The list without one role. */
export const without = (roles: GraphRole[], id: string) =>
  described(roles).filter((role) => role.id !== id);

// Only what Graph takes: the origin that it tells is not.
const described = (roles: GraphRole[]) =>
  roles.map(({ id, displayName, description, value, allowedMemberTypes, isEnabled }) => ({
    id,
    displayName,
    description: description || displayName,
    value,
    allowedMemberTypes,
    isEnabled,
  }));
