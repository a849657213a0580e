import { makeStyles, tokens } from '@fluentui/react-components';
import { CopyIcon } from '../ui/CopyIcon';

const useStyles = makeStyles({
  root: { display: 'flex', alignItems: 'center', gap: tokens.spacingHorizontalXS },
  id: {
    minWidth: 0,
    overflowWrap: 'anywhere',
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
  },
});

/** An id in a table, with a button that copies it; `what` names it when the id says too little, or too much. */
export function IdCell({ id, what }: { id: string; what?: string }) {
  const styles = useStyles();
  return (
    <span className={styles.root}>
      <span className={styles.id}>{id}</span>
      <CopyIcon text={id} what={what ?? id} />
    </span>
  );
}
