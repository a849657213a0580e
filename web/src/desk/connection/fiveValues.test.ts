import { describe, expect, it } from 'vitest';
import { afterChange, wrongOf } from './fiveValues';

describe('what is wrong with fields', () => {
  it('is read from problems and from findings, the first for each field', () => {
    expect(
      wrongOf([
        { location: 'body.resourceId', message: 'id' },
        { location: 'body.resourceId', message: 'id again' },
        { location: 'body', message: 'all' },
      ]),
    ).toEqual({ resourceId: 'id' });
    expect(wrongOf([{ field: 'eventGridAppId', code: 'connection.guid', message: 'app' }])).toEqual(
      { eventGridAppId: 'app' },
    );
  });

  it.each([
    ['resourceName', ['eventGridAppId', 'confirmed']],
    ['resourceId', ['resourceName', 'confirmed']],
    ['connectionString', ['resourceName', 'resourceId', 'eventGridAppId', 'confirmed']],
    ['eventGridAppTenantId', ['resourceName', 'resourceId', 'connectionString', 'confirmed']],
    ['confirmed', ['resourceName', 'resourceId', 'connectionString', 'eventGridAppId']],
  ] as const)('after a change of %s leaves what does not depend on it', (changed, left) => {
    const wrong = {
      resourceName: '1',
      resourceId: '2',
      connectionString: '3',
      eventGridAppId: '4',
      confirmed: '5',
    };
    expect(Object.keys(afterChange(wrong, changed))).toEqual(left);
  });
});
