import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';

const prefix = 'Microsoft.Communication.';

/** Gives a function that names an event type in the language of the page; `known` is Azure's English name, if it has one. */
export function useEventTypeName(): (type: string, known?: string) => string {
  const { t, i18n } = useTranslation();
  return useCallback(
    (type, known) => {
      const key = `eventTypes.${type.replace(prefix, '')}`;
      return type.startsWith(prefix) && i18n.exists(key) ? t(key) : (known ?? type);
    },
    [t, i18n],
  );
}
