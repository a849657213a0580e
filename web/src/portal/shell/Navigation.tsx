import { NavSectionHeader } from '@fluentui/react-components';
import {
  AppsListRegular,
  ArrowResetRegular,
  CubeMultipleRegular,
  FlashFlowRegular,
  FlashRegular,
  HomeRegular,
  KeyRegular,
  PhoneRegular,
  SendRegular,
  TextBulletListSquareRegular,
} from '@fluentui/react-icons';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { NavEntry } from '../../shared/ui/NavEntry';

/** The entries of the portal's navigation. `onGo` runs when one was followed. */
export function NavigationEntries({ onGo }: { onGo?(): void }) {
  const { t } = useTranslation();
  const entry = (value: string, icon: ReactElement) => (
    <NavEntry
      to={value === 'home' ? '/' : `/${value}`}
      value={value}
      icon={icon}
      label={t(`nav.${value}`)}
      onGo={onGo}
    />
  );
  return (
    <>
      {entry('home', <HomeRegular />)}
      <NavSectionHeader>Azure</NavSectionHeader>
      {entry('subscriptions', <KeyRegular />)}
      {entry('groups', <CubeMultipleRegular />)}
      {entry('systemTopics', <FlashFlowRegular />)}
      {entry('apps', <AppsListRegular />)}
      <NavSectionHeader>{t('nav.activity')}</NavSectionHeader>
      {entry('requests', <TextBulletListSquareRegular />)}
      {entry('deliveries', <SendRegular />)}
      <NavSectionHeader>{t('nav.tools')}</NavSectionHeader>
      {entry('faults', <FlashRegular />)}
      <NavEntry
        to="/handset"
        elsewhere
        value="handset"
        icon={<PhoneRegular />}
        label={t('nav.handset')}
        onGo={onGo}
      />
      {entry('reset', <ArrowResetRegular />)}
    </>
  );
}

/** The entry of the navigation to which an address belongs. */
export function entryOf(pathname: string): string {
  const first = pathname.split('/')[1] ?? '';
  if (first === '') return 'home';
  return first === 'resource' || first === 'event-subscription' ? 'groups' : first;
}
