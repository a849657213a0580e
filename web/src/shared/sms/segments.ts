/** How a text travels: in the GSM 7-bit alphabet (3GPP TS 23.038) when every character is in it, else in UCS-2. */
export interface Segments {
  alphabet: 'gsm' | 'ucs2';
  /** Units used: septets (characters of the extension table take two) or UTF-16 code units. */
  used: number;
  /** Units that fit in as many segments as are used; at least one segment. */
  room: number;
  /** Number of segments; 0 for an empty text. */
  count: number;
}

/** Longest text that is accepted, in UTF-16 code units. */
export const longestText = 2048;

const basic = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
const extension = new Set('\f^{}\\[~]|€');

/** Units of a lone segment, and of each of several (each then carries a header). */
const sizes = { gsm: { alone: 160, joined: 153 }, ucs2: { alone: 70, joined: 67 } };

/** Counts the segments in which a text is sent. A character of two units is never cut in half: it moves to the next segment whole. */
export function countSegments(text: string): Segments {
  const characters = [...text];
  const gsm = characters.every((c) => basic.has(c) || extension.has(c));
  const alphabet = gsm ? 'gsm' : 'ucs2';
  const widthOf = gsm ? (c: string) => (extension.has(c) ? 2 : 1) : (c: string) => c.length;
  const { alone, joined } = sizes[alphabet];

  let total = 0;
  let count = 0;
  let filled = joined;
  for (const character of characters) {
    const width = widthOf(character);
    total += width;
    if (filled + width > joined) {
      count++;
      filled = 0;
    }
    filled += width;
  }
  if (total <= alone) return { alphabet, used: total, room: alone, count: total > 0 ? 1 : 0 };
  // What a cut left empty at the end of a segment counts as used, or "used of room" would promise space that is not there.
  return { alphabet, used: (count - 1) * joined + filled, room: count * joined, count };
}
