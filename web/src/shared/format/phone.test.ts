import { describe, expect, it } from 'vitest';
import { formatPhone, readPhone } from './phone';

describe('formatPhone', () => {
  it.each([
    ['+14255550123', '+1 425 555 0123'],
    ['+18335550100', '+1 833 555 0100'],
    ['+33199000001', '+33 1 99 00 00 01'],
    ['+442079460000', '+44 2079 460000'],
    ['+4930901820', '+49 309 018 20'],
    ['+35812345678', '+358 123 456 78'],
    ['12345', '12345'],
    ['Contoso', 'Contoso'],
  ])('%s', (number, shown) => {
    expect(formatPhone(number).replaceAll('\u00a0', ' ')).toBe(shown);
  });

  it('keeps every digit', () => {
    for (let length = 7; length <= 15; length++) {
      for (const code of ['1', '33', '44', '49', '358']) {
        const number = `+${code}${'23456789012345'.slice(0, length - code.length)}`;
        expect(formatPhone(number).replaceAll('\u00a0', '')).toBe(number);
      }
    }
  });
});

describe('readPhone', () => {
  it.each([
    ['+1 425 555 0199', '+14255550199'],
    ['(425) 555-0199', '+14255550199'],
    ['0033 1 99 00 00 01', '+33199000001'],
    ['+33.1.99.00.00.01', '+33199000001'],
    ['425', undefined],
    ['+0123456789', undefined],
    ['call me', undefined],
    ['', undefined],
  ])('%s', (typed, number) => {
    expect(readPhone(typed)).toBe(number);
  });
});
