import type { Connection, Conversation, Message, Order, PhoneNumber, User } from '../api/types';

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
    source: 'desk',
    linking: false,
    createdAt: '2026-11-01T08:00:00Z',
    ...more,
  };
}

export function newConnection(more: Partial<Connection> = {}): Connection {
  return {
    state: 'connected',
    resourceName: 'contoso-acs',
    resourceId:
      '/subscriptions/s/resourceGroups/g/providers/Microsoft.Communication/CommunicationServices/contoso-acs',
    endpoint: 'https://contoso-acs.communication.azure.com/',
    eventGridAppId: 'a9900000-0000-4000-8000-000000000002',
    eventGridAppTenantId: '7e0a0000-0000-4000-8000-000000000001',
    key: '',
    connectedAt: '2026-11-20T08:00:00Z',
    webhooks: {
      recording: 'https://desk/webhooks/recording/k',
      sms: 'https://desk/webhooks/sms/k',
      incomingCall: 'https://desk/webhooks/incoming-call/k',
    },
    lastEventAt: null,
    ...more,
  };
}

/** The answer while nothing was ever connected. */
export function noConnection(): Connection {
  return newConnection({
    state: 'none',
    resourceName: '',
    resourceId: '',
    endpoint: '',
    eventGridAppId: '',
    eventGridAppTenantId: '',
    connectedAt: null,
    webhooks: { recording: '', sms: '', incomingCall: '' },
  });
}

export function newNumber(more: Partial<PhoneNumber> = {}): PhoneNumber {
  return {
    number: '+18335550100',
    type: 'tollFree',
    country: 'US',
    smsInbound: true,
    smsOutbound: true,
    callingInbound: true,
    callingOutbound: true,
    detached: false,
    ...more,
  };
}

export function newOrder(more: Partial<Order> = {}): Order {
  return {
    id: 'o1',
    numbers: ['+18335550101'],
    state: 'buying',
    reason: '',
    createdAt: new Date().toISOString(),
    ...more,
  };
}
