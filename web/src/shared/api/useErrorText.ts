import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError, UnreachableError } from './request';

/** Gives a function that turns any error into a sentence that says what happened and what to do. */
export function useErrorText(): (error: unknown) => string {
  const { t } = useTranslation();
  return useCallback(
    (error: unknown) => {
      if (error instanceof ProblemError) {
        if (error.message) return error.message;
        return t('error.status', { status: error.status });
      }
      if (error instanceof UnreachableError) return t('error.unreachable');
      return t('error.unexpected');
    },
    [t],
  );
}
