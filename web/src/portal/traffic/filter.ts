import type { CloudRequest } from '../api/portal';

/** What of the requests is shown; '' shows all. */
export interface RequestFilter {
  text: string;
  plane: string;
  status: StatusFilter;
}

export type StatusFilter = '' | 'good' | 'refused' | 'failed';
export const statusFilters: readonly StatusFilter[] = ['good', 'refused', 'failed'];

/** Good answers are below 400, refusals say that the request is wrong, failures that the cloud (or a fault) is. */
export function statusClass(status: number): Exclude<StatusFilter, ''> {
  if (status < 400) return 'good';
  return status < 500 ? 'refused' : 'failed';
}

/** The requests that pass; every word of the text must occur somewhere in the request. */
export function filterRequests(
  requests: CloudRequest[],
  filter: RequestFilter,
  callerName: (request: CloudRequest) => string,
  /** The note as it is shown. */
  noteText: (request: CloudRequest) => string = ({ note = '' }) => note,
): CloudRequest[] {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  return requests.filter((request) => {
    if (filter.plane && request.plane !== filter.plane) return false;
    if (filter.status && statusClass(request.status) !== filter.status) return false;
    if (words.length === 0) return true;
    const { method, path, status, plane, caller = '' } = request;
    const note = noteText(request);
    const all = `${method} ${path} ${status} ${plane} ${caller} ${callerName(request)} ${note}`;
    const text = all.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** The unknown routes, those asked for most often first. */
export function sortRoutes(
  routes: Record<string, number>,
): { method: string; path: string; count: number }[] {
  return Object.entries(routes)
    .map(([route, count]) => {
      const at = route.indexOf(' ');
      return { method: route.slice(0, at), path: route.slice(at + 1), count };
    })
    .sort((one, other) => other.count - one.count || one.path.localeCompare(other.path));
}
