import { Body1, makeStyles, Title3, tokens } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { usePageTitle } from './usePageTitle';

const useStyles = makeStyles({
  root: {
    flexGrow: 1,
    overflow: 'auto',
    padding: `${tokens.spacingVerticalL} ${tokens.spacingHorizontalXXL}`,
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalL,
    '@media (max-width: 760px)': { padding: tokens.spacingHorizontalM },
  },
  head: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    justifyContent: 'space-between',
    gap: tokens.spacingHorizontalM,
  },
  about: { color: tokens.colorNeutralForeground2, maxWidth: '75ch' },
});

/** The frame of an administration page: its title, what it is for, its main actions. */
export function AdminPage({
  title,
  about,
  path,
  actions,
  children,
}: {
  title: string;
  about: string;
  /** Where the page is, when another one leads to it. */
  path?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  const styles = useStyles();
  usePageTitle(title);
  return (
    <div className={styles.root}>
      {path}
      <div className={styles.head}>
        <Title3 as="h1" style={{ margin: 0 }}>
          {title}
        </Title3>
        {actions}
      </div>
      <Body1 className={styles.about}>{about}</Body1>
      {children}
    </div>
  );
}
