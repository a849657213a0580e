import type { EventSubscription } from '../api/portal';

const shorten = (type: string) => type.replace(/^Microsoft\.Communication\./, '');

/** The conditions of a filter, each as a line; none when every event passes. */
export function filterText(filter: EventSubscription['filter']): string[] {
  const lines: string[] = [];
  if (filter.includedEventTypes?.length) {
    lines.push(filter.includedEventTypes.map(shorten).join(', '));
  }
  if (filter.subjectBeginsWith) lines.push(`subject ^ ${filter.subjectBeginsWith}`);
  if (filter.subjectEndsWith) lines.push(`subject $ ${filter.subjectEndsWith}`);
  for (const { key, operatorType, value, values } of filter.advancedFilters ?? []) {
    const operands = values ?? (value === undefined ? [] : [value]);
    lines.push(
      `${key} ${operatorType} ${operands.map((each) => JSON.stringify(each)).join(' | ')}`,
    );
  }
  return lines.map((line) => line.trim());
}
