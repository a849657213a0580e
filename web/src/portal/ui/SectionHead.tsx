import { makeStyles, Subtitle1, tokens } from '@fluentui/react-components';
import type { ReactNode } from 'react';

const useStyles = makeStyles({
  head: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    justifyContent: 'space-between',
    gap: tokens.spacingHorizontalM,
  },
  title: { margin: 0 },
});

/** The title of a part of a page that has no frame of its own, with what chooses in it. */
export function SectionHead({ title, children }: { title: string; children?: ReactNode }) {
  const styles = useStyles();
  return (
    <div className={styles.head}>
      <Subtitle1 as="h2" className={styles.title}>
        {title}
      </Subtitle1>
      {children}
    </div>
  );
}
