/**
 * Care providers' own people: what may be typed as an address, a name or a code, and how long and how often
 * anything of their sign-in counts.
 */

export const providerRoles = ['provider-coordinator', 'provider-manager'] as const;
export type ProviderRole = (typeof providerRoles)[number];

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** How long an invitation's link counts, from its last sending. */
export const invitationFor = 7 * day;
/** How long a sign-in's link and code count, from their sending. */
export const linkFor = 10 * minute;
/** How often a code may be typed before it is void. */
export const triesOfCode = 5;

/**
 * How much may be asked for. Strangers may not use up what is there for an address, or whoever knows a coordinator's
 * address could lock the coordinator out: a browser in which the address signed in before has an allowance of its own,
 * and past the first limit each network that has asked for nothing yet still gets one. An address gets no more
 * letters than its owner would bear.
 */
export const askLimits = {
  /** Asks of one client in an hour, whatever the address; beyond it the page says so. */
  client: { most: 30, within: hour },
  /** Letters to one address asked for by one client. */
  addressByClient: { most: 5, within: hour },
  /** Letters to one address; `fresh`: asked for from a network that has asked for none yet. */
  address: { most: 12, fresh: 24, within: hour },
  /** Letters to one address asked for in browsers in which it signed in before. */
  known: { most: 12, within: hour },
  /** Codes typed for one address that were not right; beyond it only links count. */
  wrongCodes: { byNetwork: 10, byStrangers: 40, known: 20, within: day },
} as const;

/** How long a browser is known after a sign-in: as long as browsers keep a cookie at all. */
export const browserKnownFor = 400 * day;
/** How many addresses one browser is known for: an office may share a computer. */
export const mostKnownAddresses = 8;

/**
 * How many invitations are sent in a day: by one provider, by one steward of a council, and by either to one address.
 * Without it whoever has one manager's mailbox could have this service write to the world.
 */
export const invitationLimits = { byProvider: 20, bySteward: 100, toAddress: 2, within: day } as const;

/** How long an ask is kept: what the limits above look back at. */
export const asksKeptFor = day;

/**
 * An email address as it is kept: small letters, no spaces around.
 * @returns null when it is none; only plain ASCII, so that two addresses that look alike are alike
 */
export function readEmail(given: string): string | null {
  const text = given.trim().toLowerCase();
  return text.length <= 254 && /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(text)
    ? text
    : null;
}

/** A person's name as it stands in headers and the trail. @returns null when it is empty, too long or has signs that do not show */
export function readPersonName(given: string): string | null {
  const name = given.trim().replace(/\s+/g, ' ');
  return name !== '' && name.length <= 100 && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(name) ? name : null;
}

/**
 * The name of somebody who has an account: letters, as other people read it beside what they do. No address of a page
 * or a mailbox, no digits: an invitation or an answer must not become somebody's notice board.
 * @returns null when it is no such name
 */
export function readAccountName(given: string): string | null {
  const name = readPersonName(given);
  const isName = name !== null && name.length <= 60 && /^\p{L}[\p{L}\p{M} .'’-]*$/u.test(name);
  return isName && !/\p{L}{2}\.\p{L}{2}/u.test(name) ? name : null;
}

/** The six digits of a code, however they are grouped. @returns null when they are not six */
export function readCode(given: string): string | null {
  const digits = given.replace(/[\s-]/g, '');
  return /^\d{6}$/.test(digits) ? digits : null;
}

/**
 * What stands for a client in the limits: its address, or the network of it that one household or one phone
 * has to itself, since there an address is used once.
 */
export function clientOf(address: string): string {
  const groups = ipv6Groups(address);
  return typeof groups === 'string' ? groups : `${groups.slice(0, 4).join(':')}::/64`;
}

/** The wide network of a client: what one customer of a network is commonly given, so that many clients cost more than one. */
export function networkOf(address: string): string {
  const groups = ipv6Groups(address);
  return typeof groups === 'string' ? groups.replace(/\.\d+$/, '.0/24') : `${groups.slice(0, 3).join(':')}::/48`;
}

/** The eight groups of an IPv6 address; an IPv4 address, mapped into IPv6 or not, as text. */
function ipv6Groups(address: string): string[] | string {
  const text = address.toLowerCase().replace(/%.*$/, '');
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(text)?.[1];
  if (mapped !== undefined) return mapped;
  if (!text.includes(':')) return text;
  const [before = '', after] = text.split('::');
  const head = before === '' ? [] : before.split(':');
  const tail = after === undefined || after === '' ? [] : after.split(':');
  const missing = Math.max(0, 8 - head.length - tail.length);
  const groups = after === undefined ? head : [...head, ...Array<string>(missing).fill('0'), ...tail];
  return groups.map((group) => group.replace(/^0+(?=.)/, ''));
}
