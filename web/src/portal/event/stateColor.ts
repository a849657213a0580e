/** The color of the badge that names a provisioning state. */
export function stateColor(state: string): 'success' | 'danger' | 'informative' {
  if (state === 'Succeeded') return 'success';
  return state === 'Failed' ? 'danger' : 'informative';
}
