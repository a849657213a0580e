import { vi } from 'vitest';
import { FakeStreams } from '../../shared/testing/streams';
import type {
  Connection,
  Conversation,
  Message,
  Notice,
  Order,
  PhoneNumber,
  User,
} from '../api/types';
import type { Condition, Standing } from '../connection/automatic/automaticApi';

interface Call {
  method: string;
  path: string;
  body: unknown;
  headers: Headers;
}

type Answer = { status: number; body?: unknown } | 'unreachable';

/**
 * A desk at the level of the network, for tests of the page: it keeps users, conversations and messages as the real one does and
 * answers the same operations. `on` puts another answer in the place of its own.
 */
export class FakeDesk {
  user: User | null = null;
  password = 'secret';
  /** Whether people can sign in with Microsoft, and why the last one was refused. */
  entra = false;
  refusal = { code: '', detail: '' };
  linkTokens = new Map<string, User>();
  connection: Connection | undefined;
  conditions: Condition[] = (
    ['one', 'administrator', 'trial', 'subscription', 'contributor'] as const
  ).map((name) => ({ name, state: 'met', cure: '', command: '' }));
  automatic: Standing = {
    ways: (['device-code', 'secret', 'managed-identity', 'cli'] as const).map((way) => ({
      way,
      available: way === 'device-code' || way === 'secret',
    })),
    signIn: {
      state: 'none',
      way: '',
      code: '',
      url: '',
      ends: null,
      who: '',
      tenantId: '',
      problem: '',
    },
  };
  numbers: PhoneNumber[] = [];
  orders: Order[] = [];
  conversations: Conversation[] = [];
  messages: Message[] = [];
  readonly calls: Call[] = [];
  readonly streams = new FakeStreams();
  private readonly instead: {
    method: string;
    path: RegExp;
    answer: (call: Call) => Answer | undefined;
  }[] = [];
  private readonly sent = new Map<string, Message>();
  private frames = 0;

  constructor() {
    vi.stubGlobal('fetch', this.fetch);
  }

  /** Answers matching requests by `answer` from now on; undefined leaves a request to the desk itself. */
  on(method: string, path: RegExp, answer: (call: Call) => Answer | undefined) {
    this.instead.unshift({ method, path, answer });
  }

  /** Tells all pages something on the live stream. */
  tell(notice: Notice) {
    this.frames++;
    for (const connection of this.streams.open) {
      connection.write(`e-${this.frames}`, 'notice', notice);
    }
  }

  /** The calls of an operation, in order. */
  callsOf(method: string, path: RegExp): Call[] {
    return this.calls.filter((call) => call.method === method && path.test(call.path));
  }

  private fetch: typeof fetch = async (input, init) => {
    const path = String(input);
    if (path === '/api/live') {
      const response = await this.streams.fetch(input, init);
      this.streams.opened.at(-1)?.write(`e-${this.frames}`, 'hello', { n: this.frames });
      return response;
    }
    const call: Call = {
      method: init?.method ?? 'GET',
      path,
      body: init?.body ? JSON.parse(String(init.body)) : undefined,
      headers: new Headers(init?.headers),
    };
    this.calls.push(call);
    const answer = this.answer(call);
    if (answer === 'unreachable') throw new TypeError('Failed to fetch');
    return new Response(answer.body === undefined ? null : JSON.stringify(answer.body), {
      status: answer.status,
    });
  };

  private answer(call: Call): Answer {
    for (const { method, path, answer } of this.instead) {
      if (method !== call.method || !path.test(call.path)) continue;
      const instead = answer(call);
      if (instead) return instead;
    }
    const { method } = call;
    const url = new URL(call.path, 'http://desk');
    const body = (call.body ?? {}) as Record<string, string>;
    if (method === 'POST' && url.pathname === '/api/session') {
      if (body.password !== this.password)
        return problem(401, 'session.refused', 'Wrong password.');
      return { status: 200, body: this.user };
    }
    if (method === 'POST' && url.pathname === '/api/session/link') {
      const user = this.linkTokens.get(body.token ?? '');
      this.linkTokens.delete(body.token ?? '');
      if (!user) return problem(401, 'session.link', 'Used or expired.');
      this.user = user;
      return { status: 200, body: user };
    }
    if (url.pathname === '/api/session/ways') return { status: 200, body: { entra: this.entra } };
    if (url.pathname === '/api/session/refusal') {
      return { status: 200, body: this.refusal };
    }
    if (!this.user) return problem(401, 'session.none', 'Sign in.');
    if (url.pathname === '/api/me') return { status: 200, body: this.user };
    if (url.pathname === '/api/connection' && method === 'GET' && this.connection) {
      return { status: 200, body: this.connection };
    }
    if (url.pathname === '/api/connection/conditions') {
      return { status: 200, body: { items: this.conditions } };
    }
    if (url.pathname === '/api/connection/automatic' && method === 'GET') {
      return { status: 200, body: this.automatic };
    }
    if (url.pathname === '/api/numbers' && method === 'GET') {
      return { status: 200, body: { items: this.numbers } };
    }
    if (url.pathname === '/api/numbers/orders' && method === 'GET') {
      return { status: 200, body: { items: this.orders } };
    }
    if (url.pathname === '/api/conversations') {
      return { status: 200, body: { items: this.view(url.searchParams.get('view')), next: '' } };
    }
    const [, id, action] = /^\/api\/conversations\/([^/]+)\/?(\w*)$/.exec(url.pathname) ?? [];
    const conversation = this.conversations.find((each) => each.id === id);
    if (!conversation) return problem(404, 'conversation.missing', 'No such conversation.');
    return this.answerConversation(call, conversation, action ?? '');
  }

  private answerConversation(call: Call, conversation: Conversation, action: string): Answer {
    const { user } = this;
    if (!user) return problem(401, 'session.none', 'Sign in.');
    const change = (changes: Partial<Conversation>): Answer => {
      const next = { ...conversation, ...changes, version: conversation.version + 1 };
      this.conversations = this.conversations.map((each) => (each === conversation ? next : each));
      return { status: 200, body: next };
    };
    switch (`${call.method} ${action}`) {
      case 'GET ':
        return { status: 200, body: conversation };
      case 'POST assign':
        return change({ state: 'active', agent: { id: user.id, name: user.name } });
      case 'POST end':
        return change({ state: 'closed', closedAt: '2026-11-22T13:00:00Z' });
      case 'POST read':
        return change({ unread: 0 });
      case 'GET messages':
        return {
          status: 200,
          body: {
            items: this.messages.filter((message) => message.conversationId === conversation.id),
            next: '',
          },
        };
      case 'POST messages': {
        const key = call.headers.get('Idempotency-Key') ?? '';
        const message: Message = this.sent.get(key) ?? {
          id: `sent-${this.sent.size + 1}`,
          conversationId: conversation.id,
          direction: 'outbound',
          text: (call.body as { text: string }).text,
          at: '2026-11-22T12:30:00Z',
          author: { id: user.id, name: user.name },
          delivery: 'queued',
          failure: null,
        };
        if (!this.sent.has(key)) {
          this.sent.set(key, message);
          this.messages.push(message);
        }
        return { status: 201, body: message };
      }
    }
    return problem(405, 'method', 'Not allowed.');
  }

  private view(view: string | null): Conversation[] {
    return this.conversations.filter((each) =>
      view === 'mine'
        ? each.agent?.id === this.user?.id && each.state !== 'closed'
        : each.state === view,
    );
  }
}

/** An answer that refuses, as the desk writes it; `fields` are the members of the request that are wrong, with a sentence for each. */
export function problem(
  status: number,
  code: string,
  detail: string,
  fields: Record<string, string> = {},
): Answer {
  const errors = Object.entries(fields).map(([field, message]) => ({
    location: `body.${field}`,
    message,
  }));
  return { status, body: { type: 'about:blank', title: code, status, code, detail, errors } };
}
