import { ProblemError, UnreachableError } from '../../shared/api/request';
import { type Resource, SignInNeeded, session } from '../session/session';

/**
 * A refusal of Azure: `code` and `message` are its own, `status` is HTTP's (that of the first answer when a long-running operation
 * failed). What to do about it is said by AzureProblem.
 */
export class AzureError extends ProblemError {
  constructor(
    readonly plane: Resource,
    status: number,
    code: string,
    message: string,
    /** What Azure says more, such as each field that is wrong. */
    readonly details: { code: string; message: string }[] = [],
  ) {
    super(status, code, message);
  }
}

export interface AzureOptions {
  signal?: AbortSignal;
  /** Told of each state of a long-running operation, such as "Accepted" or "Creating". */
  onProgress?(state: string): void;
}

/** What the client stands on; a test brings its own. */
export interface Planes {
  fetch: typeof fetch;
  token(resource: Resource): Promise<string>;
  /** Forgets a token that was refused. */
  forget(resource: Resource, token: string): void;
  wait(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** The versions in which each provider is asked, unless the path names one. */
const versions: Record<string, string> = {
  'microsoft.authorization': '2022-04-01',
  'microsoft.communication': '2025-09-01',
  'microsoft.eventgrid': '2025-02-15',
};
const resourcesVersion = '2022-12-01';

/** How long an operation may run before the page gives up waiting, in milliseconds. */
const operationPatience = 10 * 60_000;
/** Seconds between two questions when Azure does not say. */
const pause = 1;

interface Answer {
  status: number;
  headers: Headers;
  body: unknown;
}

/** Adds the api-version of the provider that the path belongs to. */
export function versioned(path: string): string {
  const [where = '', query = ''] = path.split('?');
  if (/(^|&)api-version=/i.test(query)) return path;
  const named = [...where.matchAll(/\/providers\/([^/]+)\/(?!(?:un)?register$)/gi)].at(-1)?.[1];
  const version = versions[named?.toLowerCase() ?? ''] ?? resourcesVersion;
  return `${where}?${query ? `${query}&` : ''}api-version=${version}`;
}

/** The path of an address that Azure gave, since a token goes to the page's own origin alone. */
function local(address: string): string {
  const url = new URL(address, 'http://local');
  return url.pathname + url.search;
}

/** The public planes as the signed-in user has them: ARM and Microsoft Graph. Each call rejects with AzureError, SignInNeeded or UnreachableError. */
export class Azure {
  constructor(private readonly planes: Planes) {}

  /**
   * Calls Resource Manager. `path` begins with "/subscriptions/…"; its api-version may be left out. A long-running operation is followed
   * to its end; then PUT and PATCH resolve with the resource as it is, DELETE with nothing, POST with the operation's result.
   */
  readonly arm = async <T>(
    method: string,
    path: string,
    body?: unknown,
    options: AzureOptions = {},
  ): Promise<T> => {
    const url = versioned(path);
    const answer = await this.send('arm', method, url, body, options.signal);
    if (method === 'GET' || method === 'HEAD') return answer.body as T;
    return (await this.follow(method, url, answer, options)) as T;
  };

  /** Calls Microsoft Graph. `path` is what comes after the version: "/applications". */
  readonly graph = async <T>(
    method: string,
    path: string,
    body?: unknown,
    options: AzureOptions = {},
  ): Promise<T> => {
    const answer = await this.send('graph', method, `/v1.0${path}`, body, options.signal);
    return answer.body as T;
  };

  /** Reads a list of Resource Manager to its last page. */
  readonly armList = <T>(path: string, signal?: AbortSignal): Promise<T[]> =>
    this.pages('arm', versioned(path), signal);

  /** Reads a list of Microsoft Graph to its last page. */
  readonly graphList = <T>(path: string, signal?: AbortSignal): Promise<T[]> =>
    this.pages('graph', `/v1.0${path}`, signal);

  private async pages<T>(plane: Resource, first: string, signal?: AbortSignal): Promise<T[]> {
    const all: T[] = [];
    for (let next: string | undefined = first; next; ) {
      const { body } = await this.send(plane, 'GET', next, undefined, signal);
      const page = (body ?? {}) as {
        value?: T[];
        nextLink?: string | null;
        '@odata.nextLink'?: string;
      };
      all.push(...(page.value ?? []));
      const link = page.nextLink ?? page['@odata.nextLink'];
      next = link ? local(link) : undefined;
    }
    return all;
  }

  private async send(
    plane: Resource,
    method: string,
    url: string,
    body: unknown,
    signal?: AbortSignal,
  ): Promise<Answer> {
    for (let again = false; ; again = true) {
      const token = await this.planes.token(plane);
      const answer = await this.once(plane, token, method, url, body, signal);
      if (answer.status < 400) return answer;
      if (answer.status !== 401) throw refusal(plane, answer.status, answer.body);
      // The cloud may have been reset, or its keys renewed: with a new token it is tried once more.
      this.planes.forget(plane, token);
      if (again) throw new SignInNeeded(refusal(plane, 401, answer.body).message);
    }
  }

  private async once(
    plane: Resource,
    token: string,
    method: string,
    url: string,
    body: unknown,
    signal?: AbortSignal,
  ): Promise<Answer> {
    const headers: Record<string, string> = {
      Accept: 'application/json',
      'Accept-Language': document.documentElement.lang || 'en',
      Authorization: `Bearer ${token}`,
    };
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    const timeout = AbortSignal.timeout(30_000);
    try {
      const response = await this.planes.fetch(url, {
        method,
        headers,
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
      return {
        status: response.status,
        headers: response.headers,
        body: parse(await response.text()),
      };
    } catch (cause) {
      if (signal?.aborted) throw cause;
      throw new UnreachableError(`${method} ${plane}: no answer`, { cause });
    }
  }

  /** Follows a long-running operation in the ways that Azure announces one: by headers, or by the state of the resource. */
  private async follow(
    method: string,
    url: string,
    first: Answer,
    { signal, onProgress }: AzureOptions,
  ): Promise<unknown> {
    const operation = first.headers.get('Azure-AsyncOperation');
    const location = first.headers.get('Location');
    const resource = method === 'PUT' || method === 'PATCH';
    const wait = this.waiter(first, signal);
    const read = (address: string) => this.send('arm', 'GET', address, undefined, signal);
    if (operation) {
      for (;;) {
        const answer = await wait(() => read(local(operation)));
        const { status = '', error } = (answer.body ?? {}) as Operation;
        onProgress?.(status);
        if (!ended(status)) continue;
        if (status.toLowerCase() !== 'succeeded')
          throw failure(first.status, status, error, answer.body);
        if (resource) return (await read(url)).body;
        if (method === 'DELETE') return undefined;
        return location ? (await read(local(location))).body : first.body;
      }
    }
    if (location && first.status === 202) {
      for (;;) {
        const answer = await wait(() => read(local(location)));
        if (answer.status === 202) onProgress?.('Accepted');
        else return resource ? (await read(url)).body : answer.body;
      }
    }
    for (let answer = first; ; answer = await wait(() => read(url))) {
      const state = stateOf(answer.body);
      if (!resource || state === undefined || ended(state)) {
        if (resource && state && state.toLowerCase() !== 'succeeded')
          throw failure(first.status, state, undefined, answer.body);
        return answer.body;
      }
      onProgress?.(state);
    }
  }

  /** Waits as long as the answer before asked for, then asks. */
  private waiter(first: Answer, signal?: AbortSignal) {
    let seconds = retryAfter(first.headers);
    let waited = 0;
    return async (ask: () => Promise<Answer>): Promise<Answer> => {
      waited += seconds * 1000;
      if (waited > operationPatience)
        throw new UnreachableError('the operation does not come to its end');
      await this.planes.wait(seconds * 1000, signal);
      const answer = await ask();
      seconds = retryAfter(answer.headers);
      return answer;
    };
  }
}

interface Operation {
  status?: string;
  error?: { code?: string; message?: string };
}

const ended = (state: string) => ['succeeded', 'failed', 'canceled'].includes(state.toLowerCase());

const stateOf = (body: unknown) =>
  (body as { properties?: { provisioningState?: string } } | undefined)?.properties
    ?.provisioningState;

function retryAfter(headers: Headers): number {
  const seconds = Number(headers.get('Retry-After') ?? pause);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : pause;
}

function failure(status: number, state: string, error: Operation['error'], body: unknown) {
  if (error) return refusal('arm', status, { error });
  const known = (body as { error?: unknown } | undefined)?.error;
  return known ? refusal('arm', status, body) : new AzureError('arm', status, state, '');
}

/** Reads Azure's error envelope, `{error:{code,message,details}}`. */
function refusal(plane: Resource, status: number, body: unknown): AzureError {
  const { error } = (body ?? {}) as {
    error?: { code?: string; message?: string; details?: { code?: string; message?: string }[] };
  };
  const details = (error?.details ?? []).map(({ code = '', message = '' }) => ({ code, message }));
  return new AzureError(
    plane,
    status,
    error?.code ?? `http.${status}`,
    error?.message ?? '',
    details,
  );
}

function parse(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function wait(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

/** Azure as the user of this tab's session has it. */
export const azure = new Azure({
  fetch: (...request) => fetch(...request),
  token: (resource) => session.token(resource),
  forget: (resource, token) => session.forget(resource, token),
  wait,
});
