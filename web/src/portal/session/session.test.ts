import { beforeEach, describe, expect, it } from 'vitest';
import { clientId, Session, SignInNeeded } from './session';

const encode = (claims: object) => {
  const bytes = new TextEncoder().encode(JSON.stringify(claims));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
};

/** An Entra that answers what it is told to, and remembers what it was asked. */
class Entra {
  now = 1_000_000;
  readonly kept = new Map<string, string>();
  readonly gone: URL[] = [];
  readonly asked: URLSearchParams[] = [];
  readonly answers: (object | number)[] = [];

  session() {
    return new Session({
      origin: 'http://localhost:1',
      storage: {
        getItem: (key) => this.kept.get(key) ?? null,
        setItem: (key, value) => void this.kept.set(key, value),
        removeItem: (key) => void this.kept.delete(key),
      },
      now: () => this.now,
      go: (url) => void this.gone.push(new URL(url)),
      fetch: async (_, init) => {
        this.asked.push(init?.body as URLSearchParams);
        const answer = this.answers.shift() ?? 503;
        if (typeof answer === 'number')
          return Response.json(
            { error: 'invalid_grant', error_description: 'AADSTS70008: expired. Trace ID: 1' },
            { status: answer },
          );
        return Response.json(answer);
      },
    });
  }

  tokens(name: string, nonce?: string) {
    const claims = {
      oid: 'o',
      name: 'Zoé',
      preferred_username: 'zoe@contoso.example',
      tid: 't',
      nonce,
    };
    return {
      access_token: name,
      refresh_token: `r-${name}`,
      expires_in: 3600,
      id_token: `h.${encode(claims)}.s`,
    };
  }

  /** Signs in and gives the session. */
  async signedIn() {
    const session = this.session();
    await session.signIn('/apps?x=1');
    const query = this.gone.at(-1)?.searchParams;
    this.answers.push(this.tokens('arm1', query?.get('nonce') ?? ''));
    expect(await session.finish(`#code=c&state=${query?.get('state')}`)).toBe('/apps?x=1');
    return session;
  }
}

let entra: Entra;
beforeEach(() => {
  entra = new Entra();
});

describe('the session of the portal', () => {
  it('asks for a code with a proof, redeems it, and knows who signed in', async () => {
    const session = await entra.signedIn();
    const [asked] = entra.gone;
    expect(asked?.pathname).toBe('/organizations/oauth2/v2.0/authorize');
    expect(asked?.searchParams.get('client_id')).toBe(clientId);
    expect(asked?.searchParams.get('redirect_uri')).toBe('http://localhost:1/portal');
    const verifier = entra.asked[0]?.get('code_verifier') ?? '';
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
    expect(
      Buffer.from(asked?.searchParams.get('code_challenge') ?? '', 'base64url').equals(
        Buffer.from(digest),
      ),
    ).toBe(true);
    expect(session.state().account).toEqual({
      id: 'o',
      name: 'Zoé',
      userName: 'zoe@contoso.example',
      tenantId: 't',
    });
    expect(await session.token('arm')).toBe('arm1');
    // A reload of the page keeps it.
    expect(entra.session().state().account?.name).toBe('Zoé');
  });

  it('takes no answer that it did not ask for', async () => {
    const session = entra.session();
    expect(await session.finish('#section')).toBeUndefined();
    expect(await session.finish('#code=c&state=theirs')).toBe('/');
    await session.signIn('/apps');
    entra.answers.push(entra.tokens('arm1', 'another'));
    await session.finish(`#code=c&state=${entra.gone[0]?.searchParams.get('state')}`);
    expect(session.state().account).toBeUndefined();
    expect(session.state().problem?.code).toBe('nonce');
  });

  it('says why Entra refused', async () => {
    const session = entra.session();
    await session.signIn('/apps');
    const state = entra.gone[0]?.searchParams.get('state');
    const back = await session.finish(
      `#error=access_denied&error_description=AADSTS65004%3A+declined.%0D%0ATrace+ID%3A+1&state=${state}`,
    );
    expect(back).toBe('/apps');
    expect(session.state()).toEqual({
      problem: { code: 'access_denied', message: 'AADSTS65004: declined.' },
    });
  });

  it('gets a token for each plane, renews it before it ends, and asks once for many', async () => {
    const session = await entra.signedIn();
    entra.answers.push(entra.tokens('graph1'));
    expect(await Promise.all([session.token('graph'), session.token('graph')])).toEqual([
      'graph1',
      'graph1',
    ]);
    expect(entra.asked).toHaveLength(2);
    expect(entra.asked[1]?.get('refresh_token')).toBe('r-arm1');
    expect(entra.asked[1]?.get('scope')).toContain('https://graph.microsoft.com/.default');
    entra.now += 3_590_000;
    entra.answers.push(entra.tokens('arm2'));
    expect(await session.token('arm')).toBe('arm2');
    session.forget('arm', 'arm1');
    expect(await session.token('arm')).toBe('arm2');
    session.forget('arm', 'arm2');
    entra.answers.push(entra.tokens('arm3'));
    expect(await session.token('arm')).toBe('arm3');
  });

  it('ends when Entra refuses to renew, but not when it is away', async () => {
    const session = await entra.signedIn();
    entra.answers.push(503);
    await expect(session.token('graph')).rejects.not.toBeInstanceOf(SignInNeeded);
    expect(session.state().account).toBeDefined();
    entra.answers.push(400);
    await expect(session.token('graph')).rejects.toBeInstanceOf(SignInNeeded);
    expect(session.state()).toEqual({
      problem: { code: 'invalid_grant', message: 'AADSTS70008: expired.' },
    });
    await expect(session.token('arm')).rejects.toBeInstanceOf(SignInNeeded);
    expect(entra.kept.size).toBe(0);
  });

  it('signs out here and at Entra', async () => {
    const session = await entra.signedIn();
    let told = 0;
    session.subscribe(() => told++);
    session.signOut();
    expect(session.state().account).toBeUndefined();
    expect(told).toBe(1);
    expect(entra.gone.at(-1)?.href).toBe(
      'http://localhost:1/t/oauth2/v2.0/logout?post_logout_redirect_uri=http%3A%2F%2Flocalhost%3A1%2Fportal',
    );
  });
});
