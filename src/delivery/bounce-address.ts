/**
 * The address that a letter comes back to when it cannot be delivered: it names the letter, with a proof that we
 * wrote it, so that nobody can call an address dead by sending us a letter of their own making.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

interface Bounces {
  /** `bounces@homeward.example` */
  readonly address: string;
  readonly secret: string;
}

/** `bounces+KEY.PROOF@domain` for one letter. */
export function bounceAddress(bounces: Bounces, key: string): string {
  const [local = '', domain = ''] = bounces.address.split('@');
  return `${local}+${key}.${proof(bounces, key)}@${domain}`;
}

/** The key of the letter that came back to an address; null when we never wrote such an address. */
export function keyOfBounce(bounces: Bounces, to: string): string | null {
  const [local = '', domain = ''] = bounces.address.toLowerCase().split('@');
  // Mail servers may change the case of what stands before the @.
  const given = to.trim().toLowerCase();
  if (!given.startsWith(`${local}+`) || !given.endsWith(`@${domain}`)) return null;
  const [key = '', said = '', ...more] = given.slice(local.length + 1, -domain.length - 1).split('.');
  const right = proof(bounces, key);
  if (more.length > 0 || said.length !== right.length || !timingSafeEqual(Buffer.from(said), Buffer.from(right))) return null; // prettier-ignore
  return key;
}

// 16 signs: the whole must stay within the 64 that may stand before the @ (RFC 5321).
function proof({ secret }: Bounces, key: string): string {
  return createHmac('sha256', secret).update(`bounce ${key.toLowerCase()}`).digest('hex').slice(0, 16);
}
