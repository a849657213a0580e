import { useQuery } from '@tanstack/react-query';
import { api } from '../api/client';
import { keys } from '../api/keys';

/** The newest purchases. While one is under way it is asked for again, should a notice of its end get lost. */
export function useOrders() {
  return useQuery({
    queryKey: keys.orders,
    queryFn: ({ signal }) => api.orders(signal),
    refetchInterval: ({ state }) =>
      state.data?.items.some((order) => order.state === 'buying') ? 5000 : false,
  });
}
