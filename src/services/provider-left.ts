/** What is still sent to somebody whose access to a provider has ended, and taking it away. */
import { readAddress } from '../domain/way.ts';
import type { Db, Trx } from '../store/database.ts';
import { deleteWay, waysOfRecipient } from '../store/notices/ways.ts';
import type { Member } from '../store/provider-accounts.ts';
import { deleteRotaEntry, findOwnContact, listRota } from '../store/provider-contacts.ts';

/** What names somebody, or an address of theirs. */
export interface Left {
  /** Addresses of channels. */
  readonly ways: readonly { readonly id: string; readonly to: string }[];
  /** Entries of the rota. */
  readonly rota: readonly { readonly id: string; readonly name: string }[];
  /** Whether the organisation's own contact details give their address. */
  readonly contact: boolean;
}

const nothing: Left = { ways: [], rota: [], contact: false };

/** Members with what is left of those whose access has ended; nothing of the others. */
export async function whatIsLeft<One extends Pick<Member, 'active' | 'email' | 'name'>>(
  db: Db,
  organisation: string,
  members: readonly One[],
): Promise<(One & { readonly left: Left })[]> {
  const ways = await waysOfRecipient(db, organisation);
  const rota = await listRota(db, organisation);
  const contact = await findOwnContact(db, organisation);
  return members.map((one) => {
    if (one.active) return { ...one, left: nothing };
    const isTheirs = (text: string | null | undefined): boolean => text?.toLowerCase() === one.email;
    const entries = rota.filter(({ name, email }) => isTheirs(email) || name.toLowerCase() === one.name.toLowerCase());
    // A mobile is known to be theirs by the rota alone.
    const phones = new Set(entries.map(({ phone }) => readAddress('text', phone)));
    const theirs = ways.filter(({ channel, to }) => (channel === 'email' ? isTheirs(to) : channel === 'text' && phones.has(to))); // prettier-ignore
    return { ...one, left: { ways: theirs, rota: entries, contact: isTheirs(contact?.email) } };
  });
}

/** Takes channels and rota entries of somebody away. @returns whether the organisation has no channel left */
export async function removeLeft(
  trx: Trx,
  organisation: string,
  member: Pick<Member, 'active' | 'email' | 'name'>,
): Promise<boolean> {
  const [found] = await whatIsLeft(trx, organisation, [member]);
  for (const { id } of found?.left.ways ?? []) await deleteWay(trx, organisation, id);
  for (const { id } of found?.left.rota ?? []) await deleteRotaEntry(trx, organisation, id);
  return (await waysOfRecipient(trx, organisation)).length === 0;
}
