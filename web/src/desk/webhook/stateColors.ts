import type { EventState } from '../api/types';

/** The colour in which a state of a received event is shown. */
export const stateColors = {
  received: 'informative',
  applied: 'success',
  ignored: 'warning',
  failed: 'danger',
} as const satisfies Record<EventState, string>;
