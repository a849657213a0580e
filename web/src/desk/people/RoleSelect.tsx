import { Select } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { type Role, roles, type User } from '../api/types';
import { useChangeUser } from './useChangeUser';

/** A user's role, changed by choosing another. */
export function RoleSelect({ user, onProblem }: { user: User; onProblem(problem: string): void }) {
  const { t } = useTranslation();
  const change = useChangeUser(user, onProblem);
  const shown = change.isPending ? change.variables.role : user.role;
  return (
    <Select
      aria-label={t('users.roleOf', { name: user.name })}
      value={shown}
      disabled={change.isPending}
      onChange={(_, { value }) => change.mutate({ role: value as Role })}
    >
      {roles.map((role) => (
        <option key={role} value={role}>
          {t(`role.${role}`)}
        </option>
      ))}
    </Select>
  );
}
