import { describe, expect, it } from 'vitest';
import { emptyRole, mistakesOf, withEnabled, without, withRole } from './roles';

const old = {
  id: '1',
  displayName: 'Old',
  description: '',
  value: 'old',
  allowedMemberTypes: ['Application'],
  isEnabled: true,
};
const form = { ...emptyRole, displayName: ' New ', value: 'new', description: 'What it may.' };

describe('a new app role', () => {
  it('needs its names, and a value of its own without spaces', () => {
    expect(mistakesOf(emptyRole, [])).toEqual({
      displayName: 'needed',
      value: 'needed',
      description: 'needed',
    });
    expect(mistakesOf({ ...form, value: 'a b' }, [])).toEqual({ value: 'spaces' });
    expect(mistakesOf({ ...form, value: 'old' }, [old])).toEqual({ value: 'taken' });
    expect(mistakesOf(form, [old])).toEqual({});
  });

  it('joins those that are there, each of which gets a description', () => {
    const [first, second] = withRole([old], { ...form, members: 'both' }, '2');
    expect(first?.description).toBe('Old');
    expect(second).toEqual({
      id: '2',
      displayName: 'New',
      description: 'What it may.',
      value: 'new',
      allowedMemberTypes: ['User', 'Application'],
      isEnabled: true,
    });
  });
});

it('switches a role off and takes it away', () => {
  expect(withEnabled([old], '1', false)[0]?.isEnabled).toBe(false);
  expect(without([old, { ...old, id: '2' }], '1').map(({ id }) => id)).toEqual(['2']);
});
