import { Tab, TabList } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';

/** The ways to connect: the original's two, and by the desk itself. */
export const connectWays = ['connect', 'create', 'automatic'] as const;
export type ConnectWay = (typeof connectWays)[number];

export function ConnectChoices({
  way,
  onChange,
}: {
  way: ConnectWay;
  onChange(way: ConnectWay): void;
}) {
  const { t } = useTranslation();
  return (
    <TabList
      selectedValue={way}
      onTabSelect={(_, { value }) => onChange(value as ConnectWay)}
      style={{ flexWrap: 'wrap' }}
    >
      <Tab value="connect">{t('connection.existing')}</Tab>
      <Tab value="create">{t('connection.create')}</Tab>
      <Tab value="automatic">{t('connection.automatic')}</Tab>
    </TabList>
  );
}
