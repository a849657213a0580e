import { useEffect, useState } from 'react';

/** Below this width a page shows one thing at a time, in CSS pixels. */
const narrowQuery = '(max-width: 760px)';

/** Tells whether the window is narrow, as on a phone. */
export function useNarrow(): boolean {
  const [narrow, setNarrow] = useState(() => window.matchMedia(narrowQuery).matches);
  useEffect(() => {
    const query = window.matchMedia(narrowQuery);
    const follow = () => setNarrow(query.matches);
    query.addEventListener('change', follow);
    return () => query.removeEventListener('change', follow);
  }, []);
  return narrow;
}
