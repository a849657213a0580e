import { makeStyles, NavItem, tokens } from '@fluentui/react-components';
import type { MouseEvent, ReactElement } from 'react';
import { useHref, useLinkClickHandler } from 'react-router';

const useStyles = makeStyles({
  entry: { columnGap: tokens.spacingHorizontalS },
  // Icons take the size of their text, which is smaller than the place that the entry keeps for them.
  icon: { fontSize: '20px' },
  label: { flexGrow: 1, minWidth: 0 },
});

interface Props {
  to: string;
  value: string;
  icon: ReactElement;
  label: string;
  onGo?: () => void;
  /** For an address that is not this page's own: it opens in a new tab. */
  elsewhere?: boolean;
  /** What stands behind the label, such as a count. */
  children?: ReactElement;
}

/** One entry of a page's navigation; a real link, so that it opens in a new tab like any other. `onGo` runs when it was followed. */
export function NavEntry({ to, value, icon, label, onGo, elsewhere, children }: Props) {
  const styles = useStyles();
  const href = useHref(to);
  const follow = useLinkClickHandler(to);
  return (
    <NavItem
      className={styles.entry}
      href={elsewhere ? to : href}
      target={elsewhere ? '_blank' : undefined}
      value={value}
      icon={{ children: icon, className: styles.icon }}
      onClick={(event: MouseEvent) => {
        if (!elsewhere) follow(event as MouseEvent<HTMLAnchorElement>);
        onGo?.();
      }}
    >
      <span className={styles.label}>{label}</span>
      {children}
    </NavItem>
  );
}
