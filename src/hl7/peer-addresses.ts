/** Which computers may connect: single addresses and networks, as a feed's file names them. */
import { BlockList, isIP } from 'node:net';

/** Makes the question whether an address is one of these. @param networks such as `10.1.2.3` and `10.1.2.0/24` */
export function addressesOf(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return (address) => {
    const version = isIP(address);
    return version !== 0 && list.check(address, version === 6 ? 'ipv6' : 'ipv4');
  };
}
