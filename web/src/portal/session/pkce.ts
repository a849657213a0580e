/** The proof by which only the page that asked for a code can redeem it (RFC 7636, method S256). */
export interface Proof {
  verifier: string;
  challenge: string;
}

const base64url = (bytes: Uint8Array) =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

/** 256 random bits as text. */
export const randomText = () => base64url(crypto.getRandomValues(new Uint8Array(32)));

/** Makes a proof. Browsers offer the digest on https and on localhost only; rejects elsewhere. */
export async function makeProof(): Promise<Proof> {
  const verifier = randomText();
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  return { verifier, challenge: base64url(new Uint8Array(digest)) };
}

/** The claims of a token. They are not verified: the page asked the issuer itself for it. */
export function claimsOf(token: string): Record<string, unknown> {
  const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
  const bytes = Uint8Array.from(atob(payload), (char) => char.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
}
