import { request } from '../../../shared/api/request';
import type { components } from '../../api/schema';

type Schemas = components['schemas'];

export type Run = Omit<Schemas['AutomaticRun'], 'steps'> & { steps: Step[] };
export type Step = Schemas['AutomaticStep'];
export type Target = Schemas['AutomaticTarget'];
export type SignIn = Schemas['AutomaticSignIn'];
export type Way = Schemas['AutomaticWay']['way'];
export type Standing = Omit<Schemas['AutomaticConnection'], 'ways' | 'run'> & {
  ways: Schemas['AutomaticWay'][];
  run?: Run;
};
export type Choices = {
  subscriptions: Schemas['AzureSubscription'][];
  resources: Schemas['AzureResource'][];
  groups: Schemas['AzureGroup'][];
  dataLocations: string[];
};
export type Condition = Schemas['ConnectionCondition'];
export type Format = 'az' | 'bicep' | 'terraform';

const path = '/api/connection/automatic';
/** How long Azure's lists may take, in milliseconds. */
const patience = 90_000;
const of = (subscriptionId: string) =>
  subscriptionId && `?subscriptionId=${encodeURIComponent(subscriptionId)}`;

/** The operations of the automatic connection; each rejects as `request` does. */
export const automaticApi = {
  read: (signal?: AbortSignal) => request<Standing>('GET', path, { signal }),
  signIn: (body: { way: Way; tenantId?: string; clientId?: string; clientSecret?: string }) =>
    request<Standing>('POST', `${path}/sign-in`, { body, patience }),
  signOut: () => request<Standing>('DELETE', `${path}/sign-in`),
  choices: (subscriptionId: string, signal?: AbortSignal) =>
    request<Choices>('GET', `${path}/choices${of(subscriptionId)}`, { signal, patience }),
  start: (body: { kind: Run['kind']; target?: Target; deleteResource?: boolean }) =>
    request<Standing>('POST', `${path}/run`, { body }),
  again: () => request<Standing>('POST', `${path}/run/again`),
  cancel: () => request<Standing>('POST', `${path}/run/cancel`),
  dismiss: () => request<Standing>('DELETE', `${path}/run`),
  script: (format: Format, target: Target) =>
    request<{ script: string }>('POST', `${path}/script`, { body: { format, target } }),
  conditions: (signal?: AbortSignal) =>
    request<{ items: Condition[] }>('GET', '/api/connection/conditions', { signal, patience }),
};
