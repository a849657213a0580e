import type { FieldProblem } from '../../shared/api/request';
import type { Connection, Finding, FiveValues } from '../api/types';

export type Field = keyof FiveValues;

/** The fields of the connection dialog, in its order. */
export const fields: readonly Field[] = [
  'resourceName',
  'resourceId',
  'connectionString',
  'eventGridAppId',
  'eventGridAppTenantId',
];

/** What is wrong with fields, as sentences for the person. */
export type Wrong = Partial<Record<Field | 'confirmed', string>>;

/** What the fields hold at first: nothing, or what is known of the connection that was there before. */
export function startValues(last?: Connection): FiveValues {
  return {
    resourceName: last?.resourceName ?? '',
    resourceId: last?.resourceId ?? '',
    connectionString: '',
    eventGridAppId: last?.eventGridAppId ?? '',
    eventGridAppTenantId: last?.eventGridAppTenantId ?? '',
  };
}

/** The fields that a refusal marks, of a problem's errors or of a check's findings; the first sentence for each counts. */
export function wrongOf(errors: readonly (FieldProblem | Finding)[]): Wrong {
  const wrong: Wrong = {};
  for (const error of errors) {
    const name = 'field' in error ? error.field : error.location.replace(/^body\./, '');
    const field = [...fields, 'confirmed' as const].find((each) => each === name);
    if (field) wrong[field] ??= error.message;
  }
  return wrong;
}

/** With which other fields the value of a field was compared when it was refused. */
const comparedWith: Record<Field, readonly Field[]> = {
  resourceName: [],
  resourceId: ['resourceName'],
  connectionString: ['resourceName', 'resourceId'],
  eventGridAppId: ['eventGridAppTenantId', 'resourceId'],
  eventGridAppTenantId: ['eventGridAppId', 'resourceId'],
};

/** What of the refusals still stands after a field was changed: not its own, and none that was found by comparing with it. */
export function afterChange(wrong: Wrong, changed: Field | 'confirmed'): Wrong {
  return Object.fromEntries(
    Object.entries(wrong).filter(
      ([field]) => field !== changed && !comparedWith[field as Field]?.includes(changed as Field),
    ),
  );
}
