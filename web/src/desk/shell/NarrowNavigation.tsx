import { NavDrawer, NavDrawerBody } from '@fluentui/react-components';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { NavigationEntries } from './Navigation';

/** The navigation of a narrow window: over the page, and gone when an entry was followed. */
export default function NarrowNavigation({
  selected,
  onClose,
}: {
  selected: string;
  onClose(): void;
}) {
  const { t } = useTranslation();
  // Closed first and taken away after it slid out: a drawer that is taken away while open leaves the page behind it hidden from
  // screen readers.
  const [open, setOpen] = useState(true);
  const close = () => setOpen(false);
  return (
    <NavDrawer
      type="overlay"
      open={open}
      onOpenChange={(_, next) => next.open || close()}
      surfaceMotion={{ onMotionFinish: (_, { direction }) => direction === 'exit' && onClose() }}
      selectedValue={selected}
      aria-label={t('shell.navigation')}
    >
      <NavDrawerBody>
        <NavigationEntries onGo={close} />
      </NavDrawerBody>
    </NavDrawer>
  );
}
