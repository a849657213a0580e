import {
  Body1,
  Button,
  Checkbox,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogTitle,
  MessageBar,
  MessageBarBody,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorText } from '../../../shared/api/useErrorText';
import { FormSurface } from '../../../shared/ui/FormSurface';
import { Loading, LoadingFailed } from '../../../shared/ui/Note';
import { automaticApi, type Run, type Standing, type Target } from './automaticApi';
import { ChooseForm } from './ChooseForm';
import { RunView } from './RunView';
import { SignInForm } from './SignInForm';
import { useAutomatic, useAutomaticChange } from './useAutomatic';

const useStyles = makeStyles({
  content: { display: 'grid', gap: tokens.spacingVerticalM, alignContent: 'start' },
  quiet: { color: tokens.colorNeutralForeground2 },
});

export type AutomaticMode = 'automatic' | 'create' | 'undo';

const abouts = {
  automatic: 'automatic.text',
  create: 'automatic.createText',
  undo: 'automatic.undoText',
} as const;

/**
 * Connects automatically, with a resource that is there or a new one, or undoes that: sign-in, choice, plan, then every step as it
 * goes. The run is the desk's: closing the dialog, or the page, leaves it on.
 */
export function AutomaticDialog({
  mode,
  connected,
  choices,
  onClose,
}: {
  mode: AutomaticMode;
  connected: boolean;
  /** Other ways to connect, shown above as long as nothing runs. */
  choices?: ReactNode;
  onClose(): void;
}) {
  const { t } = useTranslation();
  const styles = useStyles();
  const standing = useAutomatic();
  const { data } = standing;
  const run = data?.run && concerns(data.run, mode, connected) ? data.run : undefined;
  const [target, setTarget] = useState<Target>(mode === 'create' ? { dataLocation: 'Europe' } : {});
  // After the page was loaded again, what was chosen is known from the run.
  useEffect(() => {
    if (run && run.kind !== 'undo') setTarget(run.target);
  }, [run]);
  const signedIn = data?.signIn.state === 'signed-in';
  const actions = useRunActions(run);
  const errorText = useErrorText();
  const title = mode === 'undo' ? 'automatic.undoDialog' : 'connection.dialog';
  return (
    <Dialog open onOpenChange={(_, { type }) => type === 'backdropClick' || onClose()}>
      <FormSurface>
        <DialogBody>
          <DialogTitle>{t(title)}</DialogTitle>
          <DialogContent className={styles.content}>
            {!run && choices}
            {!run && <Body1 className={styles.quiet}>{t(abouts[mode])}</Body1>}
            {standing.isPending && <Loading />}
            {standing.isLoadingError && (
              <LoadingFailed error={standing.error} retry={() => void standing.refetch()} />
            )}
            {run && <RunView run={run} />}
            {run && !signedIn && stopped(run) && (
              <Body1 className={styles.quiet}>{t('automatic.signInAgain')}</Body1>
            )}
            {data && !signedIn && (!run || stopped(run)) && <SignInForm standing={data} />}
            {data && signedIn && !run && mode !== 'undo' && (
              <ChooseForm
                signIn={data.signIn}
                create={mode === 'create'}
                target={target}
                onChange={setTarget}
              />
            )}
            {data && signedIn && !run && mode === 'undo' && <UndoForm />}
            {actions.error && (
              <MessageBar intent="error" role="alert" layout="multiline">
                <MessageBarBody>{errorText(actions.error)}</MessageBarBody>
              </MessageBar>
            )}
          </DialogContent>
          <Actions standing={data} run={run} actions={actions} onClose={onClose} />
        </DialogBody>
      </FormSurface>
    </Dialog>
  );
}

/** A run that ended before it was done, and can go on. */
const stopped = ({ state }: Run) =>
  ['blocked', 'failed', 'cancelled', 'interrupted'].includes(state);

/** Whether a run is what the dialog is about: none that is long done, or that does the opposite. */
function concerns(run: Run, mode: AutomaticMode, connected: boolean) {
  if (run.state === 'running') return true;
  if (run.kind === 'undo') return mode === 'undo';
  if (mode === 'undo' || (mode === 'create') !== Boolean(run.target.create)) return false;
  return run.kind === 'plan' || run.state !== 'done' || connected;
}

function UndoForm() {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const [deleteResource, setDeleteResource] = useState(false);
  const undo = useAutomaticChange(() => automaticApi.start({ kind: 'undo', deleteResource }));
  return (
    <>
      <Checkbox
        label={t('automatic.deleteResource')}
        checked={deleteResource}
        onChange={(_, { checked }) => setDeleteResource(checked === true)}
      />
      {undo.error && (
        <MessageBar intent="error" role="alert" layout="multiline">
          <MessageBarBody>{errorText(undo.error)}</MessageBarBody>
        </MessageBar>
      )}
      <div>
        <Button
          appearance="primary"
          disabledFocusable={undo.isPending}
          onClick={() => undo.mutate()}
        >
          {t('automatic.undoDo')}
        </Button>
      </div>
    </>
  );
}

/** What can be done with a run, and the latest that could not be. */
function useRunActions(run?: Run) {
  const again = useAutomaticChange(automaticApi.again);
  const cancel = useAutomaticChange(automaticApi.cancel);
  const dismiss = useAutomaticChange(automaticApi.dismiss);
  const connect = useAutomaticChange(() =>
    automaticApi.start({ kind: 'connect', target: run?.target }),
  );
  const failed = [again, cancel, dismiss, connect]
    .filter(({ error }) => error)
    .sort((one, other) => other.submittedAt - one.submittedAt)[0];
  return { again, cancel, dismiss, connect, error: failed?.error };
}

function Actions({
  standing,
  run,
  actions,
  onClose,
}: {
  standing?: Standing;
  run?: Run;
  actions: ReturnType<typeof useRunActions>;
  onClose(): void;
}) {
  const { t } = useTranslation();
  const { again, cancel, dismiss, connect } = actions;
  const signedIn = standing?.signIn.state === 'signed-in';
  if (!run) {
    return (
      <DialogActions>
        <Button onClick={onClose}>{t('cancel')}</Button>
      </DialogActions>
    );
  }
  if (run.state === 'running') {
    return (
      <DialogActions>
        <Button onClick={() => cancel.mutate()} disabledFocusable={cancel.isPending}>
          {t('automatic.cancel')}
        </Button>
        <Button onClick={onClose}>{t('automatic.hide')}</Button>
      </DialogActions>
    );
  }
  if (run.state === 'done' && run.kind !== 'plan') {
    return (
      <DialogActions>
        <Button
          appearance="primary"
          onClick={() => dismiss.mutate(undefined, { onSettled: onClose })}
        >
          {t('automatic.close')}
        </Button>
      </DialogActions>
    );
  }
  return (
    <DialogActions>
      <Button onClick={() => dismiss.mutate()}>{t('automatic.back')}</Button>
      {run.kind === 'plan' && run.state === 'done' ? (
        <Button
          appearance="primary"
          disabledFocusable={!signedIn || connect.isPending}
          onClick={() => connect.mutate()}
        >
          {t('connection.connect')}
        </Button>
      ) : (
        <Button
          appearance="primary"
          disabledFocusable={!signedIn || again.isPending}
          onClick={() => again.mutate()}
        >
          {t(run.state === 'interrupted' ? 'automatic.resume' : 'automatic.again')}
        </Button>
      )}
    </DialogActions>
  );
}
