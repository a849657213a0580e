import { NavDrawer, NavDrawerBody } from '@fluentui/react-components';
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
  return (
    <NavDrawer
      type="overlay"
      open
      onOpenChange={(_, { open }) => open || onClose()}
      selectedValue={selected}
      aria-label={t('shell.navigation')}
    >
      <NavDrawerBody>
        <NavigationEntries onGo={onClose} />
      </NavDrawerBody>
    </NavDrawer>
  );
}
