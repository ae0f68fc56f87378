/**
 * Into which networks something may be sent. An address of the configuration may come to mean a machine of our own
 * network, by mistake or by whoever holds its name: what is asked is the address that is connected to, at that moment.
 */
import { lookup as systemLookup } from 'node:dns';
import type { LookupAddress } from 'node:dns';
import { BlockList, isIP } from 'node:net';
import type { LookupFunction } from 'node:net';

/** Networks that are nobody's on the open internet (the special-purpose registries of RFC 6890). */
const special = [
  '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24',
  '192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24',
  '224.0.0.0/4', '240.0.0.0/4', '2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20',
]; // prettier-ignore
const forbidden = listOf(special);
const open6 = listOf(['2000::/3']);

/** Thrown into a connection that leads where nothing may go. */
export class ForbiddenAddress extends Error {
  override readonly name = 'ForbiddenAddress';
}

/**
 * Whether an address may be connected to.
 * @param also networks that the configuration names, such as the site's own
 * @param only nothing but those: for what is not secured on its way
 */
export function mayReach(address: string, also: readonly string[], only = false): boolean {
  const family = isIP(address);
  if (family === 0) return false;
  const kind = family === 4 ? 'ipv4' : 'ipv6';
  if (listOf(also).check(address, kind)) return true;
  if (only) return false;
  // An IPv4 address in IPv6's clothes is not in 2000::/3.
  return family === 4 ? !forbidden.check(address, kind) : open6.check(address, kind) && !forbidden.check(address, kind);
}

/** Finds the addresses of a name, and refuses the name when any of them may not be reached. */
export function guardedLookup(also: readonly string[], only = false): LookupFunction {
  return (hostname, options, callback) => {
    systemLookup(hostname, { ...options, all: true }, (error, found) => {
      const addresses = (found ?? []) as LookupAddress[];
      const [first] = addresses;
      if (error || !first) return callback(error ?? new Error('no address'), '', 0);
      if (!addresses.every(({ address }) => mayReach(address, also, only)))
        return callback(new ForbiddenAddress(), '', 0);
      return options.all ? callback(null, addresses) : callback(null, first.address, first.family);
    });
  };
}

/** Whether a text is a network such as `10.20.0.0/16`. */
export function isNetwork(text: string): boolean {
  const [address = '', length = '', ...more] = text.split('/');
  const family = isIP(address);
  return family !== 0 && more.length === 0 && /^\d{1,3}$/.test(length) && Number(length) <= (family === 4 ? 32 : 128);
}

function listOf(networks: readonly string[]): BlockList {
  const made = new BlockList();
  for (const network of networks) {
    const [address = '', length = ''] = network.split('/');
    made.addSubnet(address, Number(length), isIP(address) === 4 ? 'ipv4' : 'ipv6');
  }
  return made;
}
