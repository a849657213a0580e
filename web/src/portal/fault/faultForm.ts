import type { FaultKind, FaultWish } from '../api/portal';

/** What stands in the form's fields, as typed. */
export interface FaultForm {
  kind: FaultKind;
  plane: string;
  method: string;
  path: string;
  eventType: string;
  latency: string;
  status: string;
  code: string;
  retryAfter: string;
  count: string;
}

export const emptyForm: FaultForm = {
  kind: 'request',
  plane: '',
  method: '',
  path: '',
  eventType: '',
  latency: '',
  status: '503',
  code: '',
  retryAfter: '',
  count: '',
};

export type FaultField = keyof FaultForm;

/** The fields that a kind of fault has; the others are left out of what is sent. */
export const fieldsOf: Record<FaultKind, readonly FaultField[]> = {
  request: ['plane', 'method', 'path', 'status', 'code', 'retryAfter', 'latency', 'count'],
  delay: ['eventType', 'latency', 'count'],
  duplicate: ['eventType', 'count'],
  lose: ['eventType', 'count'],
  handshake: ['count'],
};

/** What is wrong with a field, as a key of the page's texts below faults.wrong. */
export type FaultMistakes = Partial<Record<FaultField, 'status' | 'number' | 'nothing'>>;

const longestLatency = 3_600_000;

function whole(text: string, least: number, most: number): number | undefined {
  const value = Number(text);
  return /^\d+$/.test(text) && value >= least && value <= most ? value : undefined;
}

/** Reads the form; gives either the fault to ask for or what is wrong, by field. */
export function readForm(form: FaultForm): { wish: FaultWish } | { mistakes: FaultMistakes } {
  const mistakes: FaultMistakes = {};
  const wish: FaultWish = { kind: form.kind };
  const fields = fieldsOf[form.kind];
  const has = (field: FaultField) => fields.includes(field) && form[field].trim() !== '';
  for (const field of ['plane', 'method', 'path', 'code', 'eventType'] as const) {
    if (has(field)) wish[field] = form[field].trim();
  }
  const numbers = [
    ['latency', 'latencyMs', 1, longestLatency],
    ['status', 'status', 400, 599],
    ['retryAfter', 'retryAfter', 0, 86_400],
    ['count', 'count', 1, 1_000_000],
  ] as const;
  for (const [field, member, least, most] of numbers) {
    if (!has(field)) continue;
    const value = whole(form[field].trim(), least, most);
    if (value === undefined) mistakes[field] = field === 'status' ? 'status' : 'number';
    else wish[member] = value;
  }
  const idle = form.kind === 'request' ? !has('status') && !has('latency') : false;
  if (idle) mistakes.status = 'nothing';
  if (form.kind === 'delay' && !has('latency')) mistakes.latency = 'number';
  return Object.keys(mistakes).length > 0 ? { mistakes } : { wish };
}
