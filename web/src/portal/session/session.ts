import { ProblemError, UnreachableError } from '../../shared/api/request';
import { claimsOf, makeProof, randomText } from './pkce';

/** The public client id of the Azure portal, of which this portal is the local one. */
export const clientId = 'c44b4083-3bb0-49c1-b47d-974e53cbdf3c';

/** What a token is for, as Entra names it. */
export const resources = {
  arm: 'https://management.azure.com',
  graph: 'https://graph.microsoft.com',
} as const;
export type Resource = keyof typeof resources;

/** Who is signed in. */
export interface Account {
  id: string;
  name: string;
  /** The user principal name. */
  userName: string;
  tenantId: string;
}

export interface SessionState {
  account?: Account;
  /** Why the last attempt to sign in, or to stay signed in, failed. */
  problem?: SignInProblem;
}

/** Entra's own words, and its code, such as "access_denied". The code "insecure" is the page's: the browser offers no digest here. */
export interface SignInProblem {
  code: string;
  message: string;
}

/** Nobody is signed in, or no longer: the page must ask to sign in. */
export class SignInNeeded extends ProblemError {
  constructor(message = '') {
    super(401, 'signInNeeded', message);
  }
}

interface Kept {
  account: Account;
  refreshToken: string;
  tokens: Partial<Record<Resource, { value: string; until: number }>>;
}

interface Begun {
  state: string;
  nonce: string;
  verifier: string;
  back: string;
}

/** What the session stands on; a test brings its own. */
export interface World {
  origin: string;
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  fetch: typeof fetch;
  /** Milliseconds since 1970. */
  now(): number;
  /** Leaves the page. */
  go(url: string): void;
}

const keptKey = 'guichet-portal-session';
const begunKey = 'guichet-portal-sign-in';
const scope = (resource: Resource) =>
  `${resources[resource]}/.default openid profile offline_access`;

/** A token is renewed this long before its end, in milliseconds. */
const margin = 60_000;

/**
 * The sign-in of this tab: authorization code with PKCE against the cloud's own Entra, on the origin of the page. Tokens are in
 * sessionStorage, so they end with the tab; another tab is signed in by Entra's cookie without a question.
 */
export class Session {
  private kept: Kept | undefined;
  private shown: SessionState = {};
  private readonly listeners = new Set<() => void>();
  private readonly renewing = new Map<Resource, Promise<string>>();

  constructor(private readonly world: World) {
    this.kept = this.read<Kept>(keptKey);
    this.shown = { account: this.kept?.account };
  }

  readonly subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  /** The same object until something changes. */
  readonly state = () => this.shown;

  /** Leaves for Entra's page, and comes back to the path `back` of the portal. `pick` asks which account even when one is signed in. */
  async signIn(back: string, pick = false): Promise<void> {
    if (!globalThis.crypto?.subtle) {
      this.show({ problem: { code: 'insecure', message: '' } });
      return;
    }
    const { verifier, challenge } = await makeProof();
    const begun: Begun = { state: randomText(), nonce: randomText(), verifier, back };
    this.world.storage.setItem(begunKey, JSON.stringify(begun));
    const query = new URLSearchParams({
      client_id: clientId,
      response_type: 'code',
      response_mode: 'fragment',
      redirect_uri: this.redirectUri,
      scope: scope('arm'),
      state: begun.state,
      nonce: begun.nonce,
      code_challenge: challenge,
      code_challenge_method: 'S256',
      ...(pick ? { prompt: 'select_account' } : {}),
    });
    this.world.go(`${this.world.origin}/organizations/oauth2/v2.0/authorize?${query}`);
  }

  /** Takes the answer that Entra put into the address. Resolves with the path to show, or undefined when the address holds no answer. */
  async finish(hash: string): Promise<string | undefined> {
    const answer = new URLSearchParams(hash.replace(/^#/, ''));
    if (!answer.has('state') || !(answer.has('code') || answer.has('error'))) return undefined;
    const begun = this.read<Begun>(begunKey);
    this.world.storage.removeItem(begunKey);
    // An answer that this tab did not ask for is nobody's.
    if (!begun || begun.state !== answer.get('state')) return '/';
    const code = answer.get('code');
    try {
      if (!code) throw refused(400, answer.get('error'), answer.get('error_description'));
      await this.redeem(
        'arm',
        {
          grant_type: 'authorization_code',
          code,
          redirect_uri: this.redirectUri,
          code_verifier: begun.verifier,
        },
        begun.nonce,
      );
    } catch (error) {
      this.show({ account: this.shown.account, problem: problemOf(error) });
    }
    return begun.back;
  }

  /** A token of the signed-in user for a plane; rejects with SignInNeeded when there is none to be had. */
  token(resource: Resource): Promise<string> {
    const held = this.kept?.tokens[resource];
    if (held && held.until - margin > this.world.now()) return Promise.resolve(held.value);
    if (!this.kept) return Promise.reject(new SignInNeeded());
    const running = this.renewing.get(resource) ?? this.renew(resource);
    this.renewing.set(resource, running);
    return running.finally(() => this.renewing.delete(resource));
  }

  /** Forgets a token that its plane refused. */
  forget(resource: Resource, token: string): void {
    if (this.kept?.tokens[resource]?.value !== token) return;
    const { [resource]: _, ...tokens } = this.kept.tokens;
    this.keep({ ...this.kept, tokens });
  }

  /** Ends the session here; says why when Entra or a plane ended it. */
  end(problem?: SignInProblem): void {
    this.kept = undefined;
    this.world.storage.removeItem(keptKey);
    this.show({ problem });
  }

  /** Forgets why the last sign-in failed. */
  readonly dismiss = () => this.show({ account: this.shown.account });

  /** Signs out here and at Entra, and comes back to the portal. */
  signOut(): void {
    const tenant = this.kept?.account.tenantId ?? 'organizations';
    this.end();
    const query = new URLSearchParams({ post_logout_redirect_uri: this.redirectUri });
    this.world.go(`${this.world.origin}/${tenant}/oauth2/v2.0/logout?${query}`);
  }

  private get redirectUri() {
    return `${this.world.origin}/portal`;
  }

  private async renew(resource: Resource): Promise<string> {
    const { kept } = this;
    if (!kept) throw new SignInNeeded();
    try {
      const form = { grant_type: 'refresh_token', refresh_token: kept.refreshToken };
      return await this.redeem(resource, { ...form, scope: scope(resource) });
    } catch (error) {
      // Only an answer ends the session; a cloud that is away will be back.
      if (!(error instanceof ProblemError) || error.status >= 500) throw error;
      this.end(problemOf(error));
      throw new SignInNeeded(error.message);
    }
  }

  private async redeem(
    resource: Resource,
    form: Record<string, string>,
    nonce?: string,
  ): Promise<string> {
    const body = new URLSearchParams({ client_id: clientId, ...form });
    let response: Response;
    let answer: Record<string, unknown>;
    try {
      const url = `${this.world.origin}/organizations/oauth2/v2.0/token`;
      response = await this.world.fetch(url, {
        method: 'POST',
        body,
        signal: AbortSignal.timeout(30_000),
      });
      answer = (await response.json()) as Record<string, unknown>;
    } catch (cause) {
      throw new UnreachableError('the token endpoint gave no answer', { cause });
    }
    if (!response.ok) throw refused(response.status, answer.error, answer.error_description);
    const claims = claimsOf(String(answer.id_token));
    if (nonce !== undefined && claims.nonce !== nonce) {
      throw refused(400, 'nonce', 'The answer belongs to another sign-in.');
    }
    const value = String(answer.access_token);
    this.keep({
      account: {
        id: String(claims.oid),
        name: String(claims.name),
        userName: String(claims.preferred_username),
        tenantId: String(claims.tid),
      },
      refreshToken: String(answer.refresh_token),
      tokens: {
        ...(nonce === undefined ? this.kept?.tokens : undefined),
        [resource]: { value, until: this.world.now() + Number(answer.expires_in) * 1000 },
      },
    });
    return value;
  }

  private keep(kept: Kept): void {
    const before = this.kept;
    this.kept = kept;
    this.world.storage.setItem(keptKey, JSON.stringify(kept));
    if (before?.account.id !== kept.account.id || this.shown.problem) {
      this.show({ account: kept.account });
    }
  }

  private show(state: SessionState): void {
    this.shown = state;
    for (const listener of this.listeners) listener();
  }

  private read<T>(key: string): T | undefined {
    try {
      return (JSON.parse(this.world.storage.getItem(key) ?? 'null') as T | null) ?? undefined;
    } catch {
      return undefined;
    }
  }
}

function refused(status: number, code: unknown, message: unknown): ProblemError {
  // The lines after the first tell the ids of the request, which help nobody here.
  const [first = ''] = String(message ?? '').split(/\r?\n| Trace ID:/);
  return new ProblemError(status, String(code ?? 'error'), first);
}

function problemOf(error: unknown): SignInProblem {
  if (error instanceof ProblemError) return { code: error.code, message: error.message };
  if (error instanceof UnreachableError) return { code: 'unreachable', message: '' };
  return { code: 'unexpected', message: '' };
}

/** The session of this tab. */
export const session = new Session({
  origin: window.location.origin,
  storage: window.sessionStorage,
  fetch: (...request) => fetch(...request),
  now: Date.now,
  go: (url) => window.location.assign(url),
});
