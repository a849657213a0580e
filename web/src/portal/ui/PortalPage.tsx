import {
  Body1,
  Breadcrumb,
  BreadcrumbButton,
  BreadcrumbDivider,
  BreadcrumbItem,
  Caption1,
  makeStyles,
  Title3,
  tokens,
} from '@fluentui/react-components';
import { Fragment, type MouseEvent, type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useHref, useLinkClickHandler } from 'react-router';

const useStyles = makeStyles({
  root: {
    flexGrow: 1,
    overflow: 'auto',
    padding: `${tokens.spacingVerticalM} ${tokens.spacingHorizontalXXL} ${tokens.spacingVerticalXXL}`,
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalL,
    '@media (max-width: 760px)': { padding: tokens.spacingHorizontalM },
  },
  crumbs: { marginLeft: `calc(-1 * ${tokens.spacingHorizontalS})`, '& ol': { flexWrap: 'wrap' } },
  head: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    justifyContent: 'space-between',
    gap: tokens.spacingHorizontalM,
  },
  title: { margin: 0, overflowWrap: 'anywhere' },
  kind: { display: 'block', color: tokens.colorNeutralForeground3 },
  about: { color: tokens.colorNeutralForeground2, maxWidth: '80ch' },
});

/** A page above the present one. */
export interface Crumb {
  to: string;
  label: string;
}

/** The frame of a page: where it stands, its title, what kind of thing it shows, its main actions. */
export function PortalPage({
  title,
  kind,
  about,
  crumbs = [],
  actions,
  children,
}: {
  title: string;
  kind?: string;
  about?: string;
  crumbs?: Crumb[];
  actions?: ReactNode;
  children?: ReactNode;
}) {
  const { t } = useTranslation();
  const styles = useStyles();
  useEffect(() => {
    document.title = `${title} – ${t('shell.title')}`;
  }, [title, t]);
  return (
    <div className={styles.root}>
      <div>
        {crumbs.length > 0 && (
          <Breadcrumb size="small" aria-label={t('shell.crumbs')} className={styles.crumbs}>
            {crumbs.map((crumb) => (
              <Fragment key={crumb.to}>
                <BreadcrumbItem>
                  <CrumbLink {...crumb} />
                </BreadcrumbItem>
                <BreadcrumbDivider />
              </Fragment>
            ))}
          </Breadcrumb>
        )}
        <div className={styles.head}>
          <div>
            <Title3 as="h1" className={styles.title}>
              {title}
            </Title3>
            {kind && <Caption1 className={styles.kind}>{kind}</Caption1>}
          </div>
          {actions}
        </div>
      </div>
      {about && <Body1 className={styles.about}>{about}</Body1>}
      {children}
    </div>
  );
}

function CrumbLink({ to, label }: Crumb) {
  const href = useHref(to);
  const follow = useLinkClickHandler(to);
  return (
    <BreadcrumbButton
      href={href}
      onClick={(event: MouseEvent) => follow(event as MouseEvent<HTMLAnchorElement>)}
    >
      {label}
    </BreadcrumbButton>
  );
}
