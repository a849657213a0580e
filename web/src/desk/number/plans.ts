import type { Abilities, Offer } from '../api/types';

/** What a number does with calls, or with texts: nothing, take them in, send them out, both. */
export type Plan = 'none' | 'in' | 'out' | 'both';

export type Service = 'calling' | 'sms';

function plan(inbound: boolean, outbound: boolean): Plan {
  if (inbound && outbound) return 'both';
  if (inbound) return 'in';
  return outbound ? 'out' : 'none';
}

/** The calling plan or SMS plan of a number. */
export function planOf(able: Abilities, service: Service): Plan {
  return service === 'calling'
    ? plan(able.callingInbound, able.callingOutbound)
    : plan(able.smsInbound, able.smsOutbound);
}

/** The plans that one may choose, the richest last. Texts are not offered for receiving alone, as in Azure's own dialog. */
export function plansOffered(offers: readonly Offer[], service: Service): Plan[] {
  const offered = new Set<Plan>(['none']);
  for (const offer of offers) {
    const most = planOf(offer, service);
    offered.add(most);
    if (most === 'both') offered.add('in').add('out');
  }
  const order: Plan[] =
    service === 'calling' ? ['none', 'in', 'out', 'both'] : ['none', 'out', 'both'];
  return order.filter((each) => offered.has(each));
}

/** The abilities that a choice of plans asks for. */
export function abilitiesOf(calling: Plan, sms: Plan): Abilities {
  const has = (chosen: Plan, direction: Plan) => chosen === direction || chosen === 'both';
  return {
    callingInbound: has(calling, 'in'),
    callingOutbound: has(calling, 'out'),
    smsInbound: has(sms, 'in'),
    smsOutbound: has(sms, 'out'),
  };
}
