import { Button, makeStyles, tokens } from '@fluentui/react-components';

const useStyles = makeStyles({
  keys: {
    display: 'grid',
    gridTemplateColumns: 'repeat(3, 96px)',
    gap: tokens.spacingHorizontalS,
    justifyContent: 'center',
  },
});

/** The twelve keys of a telephone. */
export function Keypad({ onPress }: { onPress(key: string): void }) {
  const styles = useStyles();
  return (
    <div className={styles.keys}>
      {[...'123456789*0#'].map((key) => (
        <Button key={key} size="large" shape="circular" onClick={() => onPress(key)}>
          {key}
        </Button>
      ))}
    </div>
  );
}
