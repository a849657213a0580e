import { Select, Tooltip } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { type Role, roles, type User } from '../api/types';
import { useChangeUser } from './useChangeUser';

/** A user's role, changed by choosing another. */
export function RoleSelect({ user, onProblem }: { user: User; onProblem(problem: string): void }) {
  const { t } = useTranslation();
  const change = useChangeUser(user, onProblem);
  const shown = change.isPending ? change.variables.role : user.role;
  const there = user.source === 'entra';
  const select = (
    <Select
      aria-label={t('users.roleOf', { name: user.name })}
      value={shown}
      disabled={there || change.isPending}
      onChange={(_, { value }) => change.mutate({ role: value as Role })}
    >
      {roles.map((role) => (
        <option key={role} value={role}>
          {t(`role.${role}`)}
        </option>
      ))}
    </Select>
  );
  if (!there) return select;
  return (
    <Tooltip content={t('entra.roleThere')} relationship="description">
      {/* A disabled field tells no pointer of itself. */}
      <div>{select}</div>
    </Tooltip>
  );
}
