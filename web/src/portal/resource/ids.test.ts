import { describe, expect, it } from 'vitest';
import { readId, serviceId, subscriptionPath } from './ids';

describe('readId', () => {
  it.each([
    [serviceId('s1', 'g1', 'acs'), { subscription: 's1', group: 'g1', name: 'acs' }],
    ['/SUBSCRIPTIONS/s1/resourcegroups/G1', { subscription: 's1', group: 'G1', name: 'G1' }],
    ['/tenants/t1', { subscription: '', group: '', name: 't1' }],
    ['', { subscription: '', group: '', name: '' }],
  ])('%s', (id, parts) => {
    expect(readId(id)).toEqual(parts);
  });
});

it('keeps an id whole within an address', () => {
  const id = '/subscriptions/s/a b/eventSubscriptions/é&x=1';
  const address = new URL(subscriptionPath(id), 'http://localhost');
  expect(address.searchParams.get('id')).toBe(id);
});
