import type { QueryClient } from '@tanstack/react-query';
import { keys } from '../api/keys';
import { type Conversation, type Message, type Notice, type User, views } from '../api/types';
import { ConversationBook, type ListPages, place } from '../conversation/lists';
import { MessageBook, type MessagePages, mergeMessage } from '../conversation/messages';

/**
 * Writes what the desk tells into what the page has cached, in any order and any number of times: an older state never covers a
 * newer one and no message stands twice.
 */
export class DeskCache {
  readonly conversations = new ConversationBook();
  readonly messages = new MessageBook();

  constructor(private readonly client: QueryClient) {}

  /** Takes in a notice of the live stream. A kind it does not know is left to the next read. */
  applyNotice(notice: Notice) {
    switch (notice.type) {
      case 'automatic':
        void this.client.invalidateQueries({ queryKey: keys.automatic, exact: true });
        return;
      case 'conversation':
        this.putConversation(notice.conversation, 'notice');
        if (notice.message) this.putMessage(notice.message);
        return;
      case 'users':
      case 'connection':
      case 'numbers':
      case 'events':
        void this.client.invalidateQueries({ queryKey: keys[notice.type] });
        if (notice.type === 'users') void this.client.invalidateQueries({ queryKey: keys.me });
    }
  }

  /** Takes in the state of a conversation, from a notice or from an answer. */
  putConversation(conversation: Conversation, from: 'notice' | 'answer') {
    const { conversations: book } = this;
    const newest = from === 'notice' ? book.noteNotice(conversation) : book.note(conversation);
    if (newest !== conversation) return;
    this.client.setQueryData(keys.conversation(conversation.id), conversation);
    this.place(conversation);
  }

  /** Takes in a conversation that was read, and gives its newest known state, which a notice may have brought meanwhile. */
  readConversation(answer: Conversation): Conversation {
    const newest = this.conversations.note(answer);
    this.place(newest);
    return newest;
  }

  private place(conversation: Conversation) {
    const me = this.client.getQueryData<User | null>(keys.me);
    if (!me) return;
    for (const view of views) {
      this.client.setQueryData<ListPages>(
        keys.list(view),
        (pages) => pages && place(pages, conversation, view, me.id),
      );
    }
  }

  /** Takes in a message, from a notice or from the answer to its sending. */
  putMessage(message: Message) {
    this.messages.notice(message);
    this.client.setQueryData<MessagePages>(
      keys.messages(message.conversationId),
      (pages) => pages && mergeMessage(pages, message),
    );
  }

  /** Reads everything again that is on screen, and all else when it is next needed. */
  reset() {
    this.conversations.clear();
    void this.client.invalidateQueries();
  }
}
