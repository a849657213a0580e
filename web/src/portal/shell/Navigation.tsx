import { NavItem, NavSectionHeader } from '@fluentui/react-components';
import {
  AppsListRegular,
  ArrowResetRegular,
  CubeMultipleRegular,
  FlashRegular,
  HomeRegular,
  PhoneRegular,
  SendRegular,
  TextBulletListSquareRegular,
} from '@fluentui/react-icons';
import type { MouseEvent, ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useHref, useLinkClickHandler } from 'react-router';

/** One entry of a navigation; a real link, so that it opens in a new tab like any other. */
export function NavEntry({
  to,
  value,
  icon,
  label,
  onGo,
}: {
  to: string;
  value: string;
  icon: ReactElement;
  label: string;
  onGo?(): void;
}) {
  const href = useHref(to);
  const follow = useLinkClickHandler(to);
  return (
    <NavItem
      href={href}
      value={value}
      icon={icon}
      onClick={(event: MouseEvent) => {
        follow(event as MouseEvent<HTMLAnchorElement>);
        onGo?.();
      }}
    >
      {label}
    </NavItem>
  );
}

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
      {entry('groups', <CubeMultipleRegular />)}
      {entry('apps', <AppsListRegular />)}
      <NavSectionHeader>{t('nav.activity')}</NavSectionHeader>
      {entry('requests', <TextBulletListSquareRegular />)}
      {entry('deliveries', <SendRegular />)}
      <NavSectionHeader>{t('nav.tools')}</NavSectionHeader>
      {entry('faults', <FlashRegular />)}
      <NavItem
        href="/handset"
        target="_blank"
        value="handset"
        icon={<PhoneRegular />}
        onClick={onGo}
      >
        {t('nav.handset')}
      </NavItem>
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
