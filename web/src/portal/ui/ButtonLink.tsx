import { Button } from '@fluentui/react-components';
import type { MouseEvent, ReactElement, ReactNode } from 'react';
import { useHref, useLinkClickHandler } from 'react-router';

/** A link to another page of the portal that looks like a button. */
export function ButtonLink({
  to,
  appearance,
  icon,
  children,
}: {
  to: string;
  appearance?: 'primary' | 'subtle';
  icon?: ReactElement;
  children: ReactNode;
}) {
  const href = useHref(to);
  const follow = useLinkClickHandler(to);
  return (
    <Button
      as="a"
      href={href}
      appearance={appearance}
      icon={icon}
      onClick={(event: MouseEvent) => follow(event as MouseEvent<HTMLAnchorElement>)}
    >
      {children}
    </Button>
  );
}
