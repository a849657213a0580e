import {
  CallRegular,
  FlashFlowRegular,
  InfoRegular,
  KeyMultipleRegular,
  SettingsRegular,
} from '@fluentui/react-icons';
import type { ReactElement } from 'react';

/** The parts of a communication resource's page, in the groups of Azure's own menu; '' is its overview. */
export const bladeGroups: { group: string; blades: { name: string; icon: ReactElement }[] }[] = [
  {
    group: '',
    blades: [
      { name: '', icon: <InfoRegular /> },
      { name: 'events', icon: <FlashFlowRegular /> },
    ],
  },
  { group: 'settings', blades: [{ name: 'properties', icon: <SettingsRegular /> }] },
  { group: 'tools', blades: [{ name: 'keys', icon: <KeyMultipleRegular /> }] },
  { group: 'telephony', blades: [{ name: 'numbers', icon: <CallRegular /> }] },
];
