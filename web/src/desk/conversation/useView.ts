import { useCallback } from 'react';
import { useSearchParams } from 'react-router';
import { type View, views } from '../api/types';

/** The view of the inbox that the address names, and how to change it; without one, the user's own work. */
export function useView(): [View, (view: View) => void] {
  const [parameters, setParameters] = useSearchParams();
  const named = parameters.get('view') as View;
  const choose = useCallback(
    (view: View) => setParameters({ view }, { replace: true }),
    [setParameters],
  );
  return [views.includes(named) ? named : 'mine', choose];
}
