import { useQuery } from '@tanstack/react-query';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { newUuid } from '../../shared/uuid';
import { handset, keys } from '../api/handset';
import { withTexts } from './texts';

const CallArea = lazy(() => withTexts(import('./CallArea')));

/** What the person wants of the phone: the dial pad, or a call; each wish is an object of its own. */
export type Wish = { kind: 'pad' } | { kind: 'place'; number: string };

const pageKey = 'guichet.handset.page';

/** The id of this tab, which survives a reload, so that a call does. */
function pageId(): string {
  let id = sessionStorage.getItem(pageKey);
  if (!id) {
    id = newUuid();
    sessionStorage.setItem(pageKey, id);
  }
  return id;
}

/** The calls of a customer's phone. What draws and carries them is loaded with the first of them. */
export function useCalls(
  customer: string,
  numbers: string[],
): { place(number: string): void; openPad(): void; element: ReactNode } {
  const [page] = useState(pageId);
  const [wish, setWish] = useState<Wish>();
  const calls = useQuery({
    queryKey: keys.calls(customer),
    queryFn: ({ signal }) => handset.calls(customer, signal),
  });
  const items = calls.data?.items ?? [];
  const active = items.some(
    (call) => call.state !== 'ended' && (call.page === page || call.page === ''),
  );
  const [needed, setNeeded] = useState(false);
  if ((active || wish) && !needed) setNeeded(true);
  return {
    place: (number) => setWish({ kind: 'place', number }),
    openPad: () => setWish({ kind: 'pad' }),
    element: needed && (
      <Suspense>
        <CallArea
          key={customer}
          customer={customer}
          page={page}
          numbers={numbers}
          calls={items}
          wish={wish}
          onWishTaken={() => setWish(undefined)}
        />
      </Suspense>
    ),
  };
}
