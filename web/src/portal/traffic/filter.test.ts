import { describe, expect, it } from 'vitest';
import type { CloudRequest } from '../api/portal';
import { filterRequests, type RequestFilter, sortRoutes } from './filter';

const request = (n: number, more: Partial<CloudRequest>): CloudRequest => ({
  n,
  at: '2026-11-22T12:00:00Z',
  method: 'GET',
  path: '/',
  plane: 'acs',
  status: 200,
  durationMs: 1,
  ...more,
});
const requests = [
  request(1, { method: 'POST', path: '/sms', status: 202, caller: 'contoso-acs' }),
  request(2, { path: '/phoneNumbers', status: 401, note: 'the host differs' }),
  request(3, { plane: 'arm', path: '/subscriptions', caller: 'a9900000', status: 503 }),
];
const names = ({ caller }: CloudRequest) => (caller === 'a9900000' ? 'guichet-tools' : '');

describe('filterRequests', () => {
  it.each<[Partial<RequestFilter>, number[]]>([
    [{}, [1, 2, 3]],
    [{ plane: 'arm' }, [3]],
    [{ status: 'good' }, [1]],
    [{ status: 'refused' }, [2]],
    [{ status: 'failed' }, [3]],
    [{ text: 'post SMS' }, [1]],
    [{ text: '401' }, [2]],
    [{ text: 'host differs' }, [2]],
    [{ text: 'tools' }, [3]],
    [{ text: 'sms', plane: 'arm' }, []],
  ])('%j', (filter, passed) => {
    const all = { text: '', plane: '', status: '' as const, ...filter };
    expect(filterRequests(requests, all, names).map(({ n }) => n)).toEqual(passed);
  });
});

it('finds a note by the words that are shown', () => {
  const shown = ({ note }: CloudRequest) => (note ? "l'hôte diffère" : '');
  const filter = { text: 'hôte', plane: '', status: '' as const };
  expect(filterRequests(requests, filter, names, shown).map(({ n }) => n)).toEqual([2]);
});

it('sortRoutes shows the most wanted first and keeps the whole path', () => {
  expect(sortRoutes({ 'GET /b c': 1, 'PUT /a': 1, 'GET /z': 7 })).toEqual([
    { method: 'GET', path: '/z', count: 7 },
    { method: 'PUT', path: '/a', count: 1 },
    { method: 'GET', path: '/b c', count: 1 },
  ]);
});
