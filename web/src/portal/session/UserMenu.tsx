import {
  Avatar,
  Button,
  Caption1,
  Menu,
  MenuDivider,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
  makeStyles,
  Text,
  tokens,
} from '@fluentui/react-components';
import { PersonRegular, PersonSwapRegular, SignOutRegular } from '@fluentui/react-icons';
import { useTranslation } from 'react-i18next';
import { useSession } from './useSession';

const useStyles = makeStyles({
  button: {
    minWidth: 0,
    maxWidth: '40vw',
    '@media (max-width: 480px)': { '& .name': { display: 'none' } },
  },
  name: { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' },
  who: {
    display: 'grid',
    padding: tokens.spacingHorizontalS,
    maxWidth: '280px',
    overflowWrap: 'anywhere',
  },
});

/** Who is signed in, with the way out; or the way in. */
export function UserMenu() {
  const { t } = useTranslation();
  const styles = useStyles();
  const { account, signIn, signOut } = useSession();
  if (!account) {
    return (
      <Button
        appearance="subtle"
        className={styles.button}
        icon={<PersonRegular />}
        aria-label={t('session.signIn')}
        onClick={() => signIn()}
      >
        <span className={`name ${styles.name}`}>{t('session.signIn')}</span>
      </Button>
    );
  }
  return (
    <Menu>
      <MenuTrigger disableButtonEnhancement>
        <Button
          appearance="subtle"
          className={styles.button}
          icon={<Avatar name={account.name} size={24} aria-hidden />}
          aria-label={t('session.account', { name: account.name, user: account.userName })}
        >
          <span className={`name ${styles.name}`}>{account.userName}</span>
        </Button>
      </MenuTrigger>
      <MenuPopover>
        <div className={styles.who}>
          <Text weight="semibold">{account.name}</Text>
          <Caption1>{account.userName}</Caption1>
          <Caption1>{t('session.directory', { id: account.tenantId })}</Caption1>
        </div>
        <MenuDivider />
        <MenuList>
          <MenuItem icon={<PersonSwapRegular />} onClick={() => signIn(true)}>
            {t('session.other')}
          </MenuItem>
          <MenuItem icon={<SignOutRegular />} onClick={signOut}>
            {t('session.signOut')}
          </MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
