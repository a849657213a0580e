import { describe, expect, it } from 'vitest';
import type { Offer } from '../api/types';
import { abilitiesOf, planOf, plansOffered } from './plans';

const offer = (more: Partial<Offer>): Offer => ({
  type: 'tollFree',
  smsInbound: false,
  smsOutbound: false,
  callingInbound: false,
  callingOutbound: false,
  amount: '2',
  currency: 'USD',
  ...more,
});

describe('plans', () => {
  it.each(['none', 'in', 'out', 'both'] as const)('%s stands for what it asks for', (plan) => {
    expect(planOf(abilitiesOf(plan, 'none'), 'calling')).toBe(plan);
    expect(planOf(abilitiesOf('none', plan), 'sms')).toBe(plan);
    expect(planOf(abilitiesOf(plan, 'none'), 'sms')).toBe('none');
  });

  it('offers what the kind of number can do, the most last', () => {
    const calls = offer({ callingInbound: true, callingOutbound: true });
    expect(plansOffered([calls], 'calling')).toEqual(['none', 'in', 'out', 'both']);
    expect(plansOffered([calls], 'sms')).toEqual(['none']);
    const texts = offer({ smsInbound: true, smsOutbound: true });
    expect(plansOffered([texts], 'sms')).toEqual(['none', 'out', 'both']);
    expect(plansOffered([offer({ callingInbound: true })], 'calling')).toEqual(['none', 'in']);
    expect(plansOffered([], 'calling')).toEqual(['none']);
  });
});
