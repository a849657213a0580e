import { useQuery } from '@tanstack/react-query';
import { api } from '../api/client';
import { keys } from '../api/keys';
import { useMe } from '../session/session';

/** The connection to Azure; administrators alone may read it. */
export function useConnection() {
  const administrator = useMe().role === 'administrator';
  return useQuery({
    queryKey: keys.connection,
    queryFn: ({ signal }) => api.connection(signal),
    enabled: administrator,
  });
}
