import { useMutation } from '@tanstack/react-query';
import { useCallback } from 'react';
import { ProblemError } from '../../shared/api/request';
import { useErrorText } from '../../shared/api/useErrorText';
import { api } from '../api/client';
import { keys } from '../api/keys';
import type { Conversation } from '../api/types';
import { useDesk } from '../desk';

/** Takes what the server answered about a conversation into the cache; an answer without it leads to a read. */
export function usePutAnswer(id: string) {
  const { cache, client } = useDesk();
  return useCallback(
    (answer?: Conversation) => {
      if (answer?.id) cache.putConversation(answer, 'answer');
      else void client.invalidateQueries({ queryKey: keys.conversation(id) });
    },
    [cache, client, id],
  );
}

/** Assigning a conversation to the user, and ending it. `onProblem` gets the reason of a refusal, and '' when a new try begins. */
export function useTakeAndEnd(id: string, onProblem: (problem: string) => void) {
  const putAnswer = usePutAnswer(id);
  const errorText = useErrorText();
  const options = {
    onMutate: () => onProblem(''),
    onSuccess: putAnswer,
    onError: (error: unknown) => {
      onProblem(errorText(error));
      // A refusal means that the page does not know the present state.
      if (error instanceof ProblemError) putAnswer();
    },
  };
  const take = useMutation({ mutationFn: () => api.assign(id), ...options });
  const end = useMutation({ mutationFn: () => api.end(id), ...options });
  return { take, end };
}
