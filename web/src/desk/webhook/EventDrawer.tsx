import {
  Badge,
  Button,
  DrawerBody,
  DrawerHeader,
  DrawerHeaderTitle,
  MessageBar,
  MessageBarBody,
  makeStyles,
  OverlayDrawer,
  tokens,
} from '@fluentui/react-components';
import { ArrowRepeatAllRegular, DismissRegular } from '@fluentui/react-icons';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useErrorText } from '../../shared/api/useErrorText';
import { formatMoment } from '../../shared/format/time';
import { CopyButton } from '../../shared/ui/CopyButton';
import { Loading, LoadingFailed } from '../../shared/ui/Note';
import { api } from '../api/client';
import { keys } from '../api/keys';
import type { LedgerEvent } from '../api/types';
import { useDesk } from '../desk';
import { stateColors } from './stateColors';

const useStyles = makeStyles({
  body: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM },
  facts: {
    display: 'grid',
    gridTemplateColumns: 'max-content 1fr',
    gap: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalL}`,
    margin: 0,
  },
  term: { color: tokens.colorNeutralForeground3 },
  fact: { margin: 0, overflowWrap: 'anywhere' },
  raw: {
    margin: 0,
    padding: tokens.spacingHorizontalM,
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase300,
    backgroundColor: tokens.colorNeutralBackground3,
    borderRadius: tokens.borderRadiusMedium,
    whiteSpace: 'pre-wrap',
    overflowWrap: 'anywhere',
  },
  actions: { display: 'flex', gap: tokens.spacingHorizontalS, flexWrap: 'wrap' },
});

/** One received event in full, as it came, with the button that applies it again. */
export function EventDrawer({ seq, onClose }: { seq: number; onClose(): void }) {
  const { t } = useTranslation();
  const styles = useStyles();
  const event = useQuery({
    queryKey: keys.event(seq),
    queryFn: ({ signal }) => api.event(seq, signal),
  });
  return (
    <OverlayDrawer
      open
      position="end"
      size="medium"
      onOpenChange={(_, { open }) => open || onClose()}
      aria-label={t('events.one', { seq })}
    >
      <DrawerHeader>
        <DrawerHeaderTitle
          action={
            <Button
              appearance="subtle"
              aria-label={t('close')}
              icon={<DismissRegular />}
              onClick={onClose}
            />
          }
        >
          {t('events.one', { seq })}
        </DrawerHeaderTitle>
      </DrawerHeader>
      <DrawerBody className={styles.body}>
        {event.isPending && <Loading />}
        {event.isLoadingError && (
          <LoadingFailed error={event.error} retry={() => void event.refetch()} />
        )}
        {event.data && <Details event={event.data} />}
      </DrawerBody>
    </OverlayDrawer>
  );
}

function Details({ event }: { event: LedgerEvent & { raw: unknown } }) {
  const { t, i18n } = useTranslation();
  const styles = useStyles();
  const { client } = useDesk();
  const errorText = useErrorText();
  const replay = useMutation({
    mutationFn: () => api.replay(event.seq),
    onSettled: () => client.invalidateQueries({ queryKey: keys.events }),
  });
  const raw = JSON.stringify(event.raw, null, 2);
  const facts: [string, string][] = [
    ['type', event.type],
    ['id', event.id],
    ['kind', event.kind],
    ['received', formatMoment(event.receivedAt, i18n.language)],
    ['applied', event.appliedAt ? formatMoment(event.appliedAt, i18n.language) : '–'],
    ['reason', event.reason || '–'],
  ];
  return (
    <>
      <div>
        <Badge appearance="tint" color={stateColors[event.state]} data-testid="event-state">
          {t(`events.states.${event.state}`)}
        </Badge>
      </div>
      <dl className={styles.facts}>
        {facts.map(([name, value]) => (
          <div key={name} style={{ display: 'contents' }}>
            <dt className={styles.term}>{t(`events.${name}`)}</dt>
            <dd className={styles.fact}>{value}</dd>
          </div>
        ))}
      </dl>
      <div className={styles.actions}>
        <Button
          icon={<ArrowRepeatAllRegular />}
          disabled={replay.isPending}
          onClick={() => replay.mutate()}
        >
          {t('events.replay')}
        </Button>
        <CopyButton text={raw} what={t('events.raw')} />
      </div>
      {replay.error && (
        <MessageBar intent="error" role="alert" layout="multiline">
          <MessageBarBody>{errorText(replay.error)}</MessageBarBody>
        </MessageBar>
      )}
      {replay.isSuccess && (
        <MessageBar intent="success" role="status">
          <MessageBarBody>{t('events.replayed')}</MessageBarBody>
        </MessageBar>
      )}
      <pre className={styles.raw}>{raw}</pre>
    </>
  );
}
