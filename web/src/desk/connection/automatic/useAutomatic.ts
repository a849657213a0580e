import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { keys } from '../../api/keys';
import { useDesk } from '../../desk';
import { automaticApi, type Standing } from './automaticApi';

const isOn = (standing?: Standing) =>
  standing?.run?.state === 'running' || standing?.signIn.state === 'pending';

/** How the automatic connection stands, read every second while something is on. */
export function useAutomatic() {
  const { client } = useDesk();
  const standing = useQuery({
    queryKey: keys.automatic,
    queryFn: ({ signal }) => automaticApi.read(signal),
    refetchInterval: ({ state }) => (isOn(state.data) ? 1000 : false),
  });
  const running = standing.data?.run?.state === 'running';
  const ran = useRef(running);
  useEffect(() => {
    // What a run changed is read again at its end.
    if (ran.current && !running) {
      void client.invalidateQueries({ queryKey: keys.connection });
      void client.invalidateQueries({ queryKey: keys.numbers });
    }
    ran.current = running;
  }, [running, client]);
  return standing;
}

/** A change of the automatic connection, whose answer is how it stands then. */
export function useAutomaticChange<Input = void>(change: (input: Input) => Promise<Standing>) {
  const { client } = useDesk();
  return useMutation({
    mutationFn: change,
    onSuccess: (standing) => client.setQueryData(keys.automatic, standing),
  });
}
