import { Button } from '@fluentui/react-components';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Loading } from '../../shared/ui/Note';
import { AzureProblem } from './AzureProblem';

/** Draws what Azure answered to the user; while it is on its way, or when it was refused, says so instead. */
export function AzureLoaded<T>({
  query,
  children,
}: {
  query: UseQueryResult<T>;
  children(data: T): ReactNode;
}) {
  const { t } = useTranslation();
  if (query.isError) {
    return (
      <>
        <AzureProblem error={query.error} />
        <div>
          <Button onClick={() => void query.refetch()}>{t('error.retry')}</Button>
        </div>
      </>
    );
  }
  return query.data === undefined ? <Loading /> : children(query.data);
}
