/** Reads letters that come back (RFC 3464): which letter it was, and whether for good. */
import { keyOfBounce } from './bounce-address.ts';
import type { TakenMail } from './mail-listener.ts';

/** A letter that came back for good. */
export interface ReturnedLetter {
  readonly key: string;
  readonly fault: 'ADDRESS_DEAD' | 'MESSAGE_REFUSED';
}

/**
 * What a mail says that came to the address for bounces.
 * @returns null for whatever is no report of a final failure of a letter of ours: an answer from somebody's holiday, a
 *   warning that it takes longer, or mail that somebody made up
 */
export function readBounce(
  bounces: { readonly address: string; readonly secret: string },
  { to, raw }: TakenMail,
): ReturnedLetter | null {
  const key = to.map((one) => keyOfBounce(bounces, one)).find((one) => one !== null);
  if (key === undefined || key === null) return null;
  const [header = ''] = raw.split(/\r?\n\r?\n/, 1);
  if (!/^content-type:\s*multipart\/report\b/im.test(header)) return null;
  if (!/^action:\s*failed\b/im.test(raw)) return null;
  const [, subject = '', detail = ''] = /^status:\s*5\.(\d{1,3})\.(\d{1,3})/im.exec(raw) ?? [];
  if (subject === '') return null;
  const gone = subject === '1' || (subject === '2' && detail !== '2') || (subject === '0' && detail === '0');
  return { key, fault: gone ? 'ADDRESS_DEAD' : 'MESSAGE_REFUSED' };
}
