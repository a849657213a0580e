import {
  makeStyles,
  Nav,
  NavSectionHeader,
  Tab,
  TabList,
  tokens,
} from '@fluentui/react-components';
import { Fragment, type ReactElement, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { NavEntry } from '../../shared/ui/NavEntry';
import { useNarrow } from '../../shared/ui/useNarrow';

const useStyles = makeStyles({
  body: { display: 'flex', gap: tokens.spacingHorizontalXXL, alignItems: 'flex-start' },
  menu: {
    width: '200px',
    flexShrink: 0,
    '& .fui-NavItem': { backgroundColor: 'transparent' },
    '& .fui-NavItem:hover': { backgroundColor: tokens.colorNeutralBackground2Hover },
  },
  blade: {
    flexGrow: 1,
    minWidth: 0,
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalL,
  },
  tabs: { overflowX: 'auto', flexShrink: 0 },
});

/** A group of parts in a page's own menu; without a title for those on top. */
export interface BladeGroup {
  title?: string;
  blades: { name: string; label: string; icon: ReactElement }[];
}

/** A page with parts of its own: their menu beside, on a narrow window above, and the part that the address names. */
export function BladeLayout({
  base,
  blade,
  groups,
  children,
}: {
  /** The address of the first part, whose name is ''; those of the others begin with it. */
  base: string;
  blade: string;
  groups: BladeGroup[];
  children: ReactNode;
}) {
  const { t } = useTranslation();
  const styles = useStyles();
  const narrow = useNarrow();
  const navigate = useNavigate();
  const path = (name: string) => base + (name && `/${name}`);
  return (
    <>
      {narrow && (
        <TabList
          className={styles.tabs}
          size="small"
          selectedValue={blade}
          aria-label={t('blade.menu')}
          onTabSelect={(_, { value }) => navigate(path(String(value)))}
        >
          {groups.flatMap(({ blades }) =>
            blades.map(({ name, label }) => (
              <Tab key={name} value={name}>
                {label}
              </Tab>
            )),
          )}
        </TabList>
      )}
      <div className={styles.body}>
        {!narrow && (
          <Nav
            className={styles.menu}
            density="small"
            selectedValue={`blade:${blade}`}
            role="navigation"
            aria-label={t('blade.menu')}
          >
            {groups.map(({ title, blades }) => (
              <Fragment key={title ?? ''}>
                {title && <NavSectionHeader>{title}</NavSectionHeader>}
                {blades.map(({ name, label, icon }) => (
                  <NavEntry
                    key={name}
                    to={path(name)}
                    value={`blade:${name}`}
                    icon={icon}
                    label={label}
                  />
                ))}
              </Fragment>
            ))}
          </Nav>
        )}
        <div className={styles.blade}>{children}</div>
      </div>
    </>
  );
}
