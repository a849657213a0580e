import { useQuery } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import { type CloudRequest, keys, portal } from '../api/portal';

/** Gives a function that names who asked: an application by its display name where it is known. */
export function useCallerName(): (request: CloudRequest) => string {
  const { data } = useQuery({
    queryKey: keys.applications,
    queryFn: ({ signal }) => portal.applications(signal),
  });
  const names = useMemo(
    () => new Map(data?.items.map(({ appId, displayName }) => [appId, displayName])),
    [data],
  );
  return useCallback(({ caller = '' }) => names.get(caller) ?? caller, [names]);
}
