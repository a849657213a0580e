import { makeStyles, Tab, TabList, tokens } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';

/** The ways to connect: the original's two, and by the desk itself. */
export const connectWays = ['connect', 'create', 'automatic'] as const;
export type ConnectWay = (typeof connectWays)[number];

const useStyles = makeStyles({
  // Where the ways need more than a line, they begin below each other.
  list: { flexWrap: 'wrap', marginInlineStart: `calc(-1 * ${tokens.spacingHorizontalM})` },
  way: { justifyContent: 'start' },
});

export function ConnectChoices({
  way,
  onChange,
}: {
  way: ConnectWay;
  onChange(way: ConnectWay): void;
}) {
  const { t } = useTranslation();
  const styles = useStyles();
  return (
    <TabList
      selectedValue={way}
      onTabSelect={(_, { value }) => onChange(value as ConnectWay)}
      className={styles.list}
    >
      <Tab className={styles.way} value="connect">
        {t('connection.existing')}
      </Tab>
      <Tab className={styles.way} value="create">
        {t('connection.create')}
      </Tab>
      <Tab className={styles.way} value="automatic">
        {t('connection.automatic')}
      </Tab>
    </TabList>
  );
}
