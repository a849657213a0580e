/** Calling codes of two digits (ITU-T E.164); 1 and 7 have one digit, all others three. */
const twoDigitCodes = new Set(
  (
    '20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 ' +
    '93 94 95 98'
  ).split(' '),
);

/** How national numbers of some countries are grouped: digits per group, by calling code. */
const groupings: Record<string, number[]> = {
  '1': [3, 3, 4],
  '32': [3, 2, 2, 2],
  '33': [1, 2, 2, 2, 2],
  '34': [3, 3, 3],
  '41': [2, 3, 2, 2],
  '44': [4, 6],
  '352': [3, 3, 3],
};

/**
 * Writes an E.164 number in groups, as its country does where this page knows it (+1 425 555 0123), else in threes; anything else
 * stays as it is. Complete numbering plans would cost the page more than all of its own code.
 */
export function formatPhone(number: string): string {
  if (!/^\+[1-9]\d{6,14}$/.test(number)) return number;
  const digits = number.slice(1);
  const codeLength = /^[17]/.test(digits) ? 1 : twoDigitCodes.has(digits.slice(0, 2)) ? 2 : 3;
  const code = digits.slice(0, codeLength);
  const national = digits.slice(codeLength);
  const known = groupings[code];
  const fits = known?.reduce((sum, size) => sum + size, 0) === national.length;
  return [`+${code}`, ...cut(national, fits ? known : undefined)].join('\u00a0');
}

function cut(digits: string, sizes: number[] | undefined): string[] {
  if (!sizes) return digits.match(/\d{3}(?=\d{2})|\d+/g) ?? [];
  let at = 0;
  return sizes.map((size) => {
    at += size;
    return digits.slice(at - size, at);
  });
}

/**
 * Reads what a person typed as a phone number and gives it in E.164 (+14255550123), or undefined when it cannot be one. Ten digits
 * without a country are taken for a North American number.
 */
export function readPhone(typed: string): string | undefined {
  const bare = typed.replace(/[\s().\-/\u00a0]/g, '').replace(/^00/, '+');
  const number = /^[2-9]\d{9}$/.test(bare) ? `+1${bare}` : bare;
  return /^\+[1-9]\d{6,14}$/.test(number) ? number : undefined;
}
