import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client';
import { keys } from '../api/keys';
import type { AzureSignIn, Health } from '../api/types';
import { useDesk } from '../desk';

/** How often an examination under way is looked at, in milliseconds. */
const pace = 500;

/** The examination that runs, or the last one; the first look after a start of the desk begins one. */
export function useHealth() {
  const { i18n } = useTranslation();
  const { client } = useDesk();
  const key = keys.health(i18n.language);
  const health = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => api.health(signal),
    refetchInterval: ({ state }) => (state.data?.state === 'running' ? pace : false),
  });
  const begin = useMutation({
    mutationFn: (signIn?: AzureSignIn) => api.runHealth(signIn),
    onSuccess: (begun: Health) => client.setQueryData(key, begun),
  });
  const { mutate } = begin;
  const asked = useRef(false);
  const none = health.data?.state === 'none';
  useEffect(() => {
    if (!none || asked.current) return;
    asked.current = true;
    mutate(undefined);
  }, [none, mutate]);
  return { health, begin };
}
