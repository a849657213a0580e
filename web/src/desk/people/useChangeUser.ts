import { useMutation } from '@tanstack/react-query';
import { useErrorText } from '../../shared/api/useErrorText';
import { api } from '../api/client';
import { keys } from '../api/keys';
import type { User } from '../api/types';
import { useDesk } from '../desk';

/** Changes a user; acts at once. `onProblem` gets the reason of a refusal, and '' when a new try begins. */
export function useChangeUser(user: User, onProblem: (problem: string) => void) {
  const { client } = useDesk();
  const errorText = useErrorText();
  return useMutation({
    mutationFn: (change: Parameters<typeof api.changeUser>[1]) => api.changeUser(user.id, change),
    onMutate: () => onProblem(''),
    onError: (error) => onProblem(errorText(error)),
    onSettled: () => client.invalidateQueries({ queryKey: keys.users }),
  });
}
