import { useCallback } from 'react';
import { ProblemError } from '../../shared/api/request';
import { useErrorText } from '../../shared/api/useErrorText';
import { newUuid } from '../../shared/uuid';
import { api } from '../api/client';
import { keys } from '../api/keys';
import { useDesk } from '../desk';
import { useMe } from '../session/session';
import { type MessagePages, transcript } from './messages';
import type { Outgoing } from './outbox';

/**
 * Sending texts of a conversation. Texts go out one after the other, in the order in which they were written; a text that fails
 * stays in the outbox with its reason, and is tried again with the same Idempotency-Key.
 */
export function useSend(conversationId: string) {
  const { cache, client, outbox, refused } = useDesk();
  const me = useMe();
  const errorText = useErrorText();

  const send = useCallback(
    (entry: Outgoing) => {
      outbox.put({ ...entry, state: 'sending', problem: '' });
      outbox.inTurn(conversationId, async () => {
        try {
          const message = await api.send(conversationId, entry.text, entry.key);
          cache.putMessage(message);
          outbox.confirm(entry.key, message.id);
        } catch (error) {
          refused(error);
          const certain = error instanceof ProblemError && error.status < 500;
          outbox.put({
            ...entry,
            state: certain ? 'refused' : 'unknown',
            problem: errorText(error),
          });
          // A refusal means that the page does not know the present state of the conversation.
          if (certain) {
            void client.invalidateQueries({ queryKey: keys.conversation(conversationId) });
          }
        }
      });
    },
    [conversationId, cache, client, outbox, refused, errorText],
  );

  const sendNew = useCallback(
    (text: string) => {
      const shown = transcript(client.getQueryData<MessagePages>(keys.messages(conversationId)));
      send({
        key: newUuid(),
        user: me.id,
        conversationId,
        text,
        at: new Date().toISOString(),
        state: 'sending',
        problem: '',
        earlier: shown.filter((message) => message.text === text).map((message) => message.id),
      });
    },
    [send, client, conversationId, me.id],
  );

  return { send, sendNew };
}
