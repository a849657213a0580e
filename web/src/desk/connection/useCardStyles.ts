import { makeStyles, tokens } from '@fluentui/react-components';

/** How the cards of the channels' pages look. */
export const useCardStyles = makeStyles({
  card: {
    display: 'grid',
    gap: tokens.spacingVerticalM,
    padding: tokens.spacingHorizontalL,
    maxWidth: '860px',
    boxSizing: 'border-box',
    backgroundColor: tokens.colorNeutralBackground1,
    borderRadius: tokens.borderRadiusLarge,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  id: { overflowWrap: 'anywhere', color: tokens.colorNeutralForeground3 },
});
