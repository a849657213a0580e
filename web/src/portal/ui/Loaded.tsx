import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Loading, LoadingFailed } from '../../shared/ui/Note';

/** Draws what a query found; while it is on its way, or when it failed, says so instead. */
export function Loaded<T>({
  query,
  children,
}: {
  query: UseQueryResult<T>;
  children(data: T): ReactNode;
}) {
  if (query.data !== undefined) return children(query.data);
  if (query.isError) {
    return <LoadingFailed error={query.error} retry={() => void query.refetch()} />;
  }
  return <Loading />;
}
