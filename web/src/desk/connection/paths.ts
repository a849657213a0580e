/** Addresses of the channels' pages. */
export const channelsPath = '/administration/channels';
export const numbersPath = `${channelsPath}/phone-numbers`;
/** The page of phone numbers with Advanced open. */
export const advancedPath = `${numbersPath}?dialog=advanced`;
