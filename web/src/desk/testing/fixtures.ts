import type { Conversation, Message, User } from '../api/types';

/** Complete objects of the API for tests; a test names only what matters to it. */

export function newConversation(more: Partial<Conversation> = {}): Conversation {
  return {
    id: 'c1',
    channel: 'sms',
    state: 'open',
    customer: { id: 'k1', name: '', phone: '+14255550123' },
    number: '+18335550100',
    agent: null,
    createdAt: '2026-11-22T12:00:00Z',
    lastAt: '2026-11-22T12:00:00Z',
    lastText: 'Hello',
    lastDirection: 'inbound',
    unread: 0,
    closedAt: null,
    version: 1,
    ...more,
  };
}

export function newMessage(more: Partial<Message> = {}): Message {
  return {
    id: 'm1',
    conversationId: 'c1',
    direction: 'inbound',
    text: 'Hello',
    at: '2026-11-22T12:00:00Z',
    author: null,
    delivery: '',
    failure: null,
    ...more,
  };
}

export function newUser(more: Partial<User> = {}): User {
  return {
    id: 'me',
    email: 'adele@contoso.example',
    name: 'Adele Vance',
    role: 'agent',
    language: '',
    disabled: false,
    hasPassword: true,
    createdAt: '2026-11-01T08:00:00Z',
    ...more,
  };
}
