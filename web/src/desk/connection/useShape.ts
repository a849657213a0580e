import { useEffect, useState } from 'react';
import { api } from '../api/client';
import type { FiveValues } from '../api/types';
import { useDesk } from '../desk';
import { type Wrong, wrongOf } from './fiveValues';

/** How long a pause in typing must be until what is there is checked, in milliseconds. */
const pause = 400;

/** Checks the shape of the values whenever typing pauses; gives what is wrong with those that are filled in. */
export function useShape(values: Partial<FiveValues>): Wrong {
  const { refused } = useDesk();
  const [wrong, setWrong] = useState<Wrong>({});
  const typed = JSON.stringify(values);
  useEffect(() => {
    const current = JSON.parse(typed) as Partial<FiveValues>;
    if (!Object.values(current).some(Boolean)) {
      setWrong({});
      return;
    }
    const asked = new AbortController();
    const timer = setTimeout(() => {
      api.checkConnection(current, false, asked.signal).then(
        ({ findings }) => {
          if (!asked.signal.aborted) setWrong(wrongOf(findings ?? []));
        },
        // A check that got no answer says nothing about the values; connecting checks them again.
        (error: unknown) => {
          if (!asked.signal.aborted) refused(error);
        },
      );
    }, pause);
    return () => {
      clearTimeout(timer);
      asked.abort();
    };
  }, [typed, refused]);
  return wrong;
}
