/** Care providers' own people for tests: their use cases with the post in hand, and a registered provider. All fictional. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Clock } from '../../src/domain/clock.ts';
import type { Handover } from '../../src/domain/courier.ts';
import type { Caller } from '../../src/domain/caller.ts';
import type { ProviderRole } from '../../src/domain/provider-account.ts';
import { OwnContacts } from '../../src/services/provider-contact.ts';
import type { ProviderLetter } from '../../src/services/provider-deps.ts';
import { userIdOf } from '../../src/services/provider-sign-in.ts';
import { sendDueLetters } from '../../src/services/provider-post.ts';
import type { PostDeps } from '../../src/services/provider-post.ts';
import { sessionsOn } from '../../src/services/sessions.ts';
import type { Database } from '../../src/store/database.ts';
import { putMember, putOrganisation, putPerson } from '../../src/store/provider-accounts.ts';
import type { Page } from '../../src/web/page.ts';
import { providerInvitationPages } from '../../src/web/pages/provider-invitation.ts';
import { providerPeoplePages } from '../../src/web/pages/provider-people.ts';
import { providerSettingsPages } from '../../src/web/pages/provider-settings.ts';
import { providerSignInPages } from '../../src/web/pages/provider-sign-in.ts';
import { sealWith } from '../../src/web/safety/cookies.ts';
import { movableClock } from './web.ts';
import type { MovableClock } from './web.ts';

export const larkfield = { organisation: 'cqc:1-000000001', name: 'Larkfield Home Care' };
export const willowbrook = { organisation: 'local:999:ORG-201', name: 'Willowbrook Day Centre' };

export interface ProviderHouse {
  readonly deps: PostDeps;
  readonly ownContacts: OwnContacts;
  /** Letters sent so far. */
  readonly letters: ProviderLetter[];
  /** What the mail server says to the next letters. */
  answer: Handover;
  /** Sends what is due. */
  post(): Promise<void>;
  /** The newest letter to an address, read. */
  newest(to: string): { path: string; token: string; code: string };
  pages(): Page[];
}

/** The use cases over a store, with a post that sends when told. */
export function providerHouse(db: Database, clock: Clock): ProviderHouse {
  const letters: ProviderLetter[] = [];
  const ownContacts = new OwnContacts(db);
  const house: ProviderHouse = {
    letters,
    ownContacts,
    answer: { is: 'delivered' },
    deps: {
      db,
      clock,
      sessions: sessionsOn(db, clock),
      holidays: { days: new Set(['2026-08-31']), knownUntil: '2027-12-31' },
      councils: [],
      secret: 'a secret of the tests alone, 32 letters',
      wake: () => undefined,
      onContact: () => ownContacts.forget(),
      baseUrl: 'https://homeward.example',
      async send(letter) {
        letters.push(letter);
        return house.answer;
      },
    },
    post: async () => void (await sendDueLetters(house.deps)),
    newest(to) {
      const text = letters.findLast((one) => one.to === to)?.text;
      if (text === undefined) throw new Error(`No letter went to ${to}`);
      const path = /https:\/\/homeward\.example(\S+)/.exec(text)?.[1] ?? '';
      const code = /^(\d{3}) (\d{3})$/m.exec(text);
      return { path, token: path.split('/').at(-1) ?? '', code: code ? `${code[1]}${code[2]}` : '' };
    },
    pages: () => [
      ...providerSignInPages({ provider: house.deps, seal: sealWith(house.deps.secret) }),
      ...providerInvitationPages(house.deps),
      ...providerSettingsPages(house.deps),
      ...providerPeoplePages(house.deps),
    ],
  };
  return house;
}

/** An email address that no other test has. */
export function newAddress(): string {
  return `${randomBytes(6).toString('hex')}@provider.example`;
}

let places = 0;

/** A provider that no other test has. */
export function newPlace(): { organisation: string; name: string } {
  return { organisation: `cqc:1-7${++places}`, name: `Provider ${places}` };
}

/** The use cases, and the clock that they go by. */
export function newHouse(db: Database): { house: ProviderHouse; clock: MovableClock } {
  const clock = movableClock();
  return { house: providerHouse(db, clock), clock };
}

let houses = 0;

/** The use cases on days of their own, so that no test uses up another's limits. */
export function houseOnOwnDays(db: Database): ReturnType<typeof newHouse> {
  const made = newHouse(db);
  made.clock.advance(++houses * 7 * 86_400_000);
  return made;
}

export interface Manager {
  readonly email: string;
  readonly person: string;
  readonly caller: Caller;
}

/** Registers a manager of a provider, who is signed in. */
export async function registerManager(
  db: Database,
  place: { organisation: string; name: string },
  name = 'Petra Example',
): Promise<Manager> {
  const email = newAddress();
  const person = await register(db, email, place, 'provider-manager', name);
  return { email, person, caller: providerCaller('provider-manager', place, person) };
}

/** Puts somebody into a provider as if they had accepted an invitation. @returns the person's id */
export async function register(
  db: Database,
  email: string,
  place: { organisation: string; name: string } = larkfield,
  role: ProviderRole = 'provider-coordinator',
  name = 'Petra Example',
): Promise<string> {
  const now = new Date('2026-08-01T09:00:00Z');
  return db.transaction(async (trx) => {
    await putOrganisation(trx, place.organisation, place.name, now);
    const person = await putPerson(trx, randomUUID(), email, name, now);
    await putMember(trx, { organisation: place.organisation, person, role, active: true }, now);
    return person;
  });
}

/** Somebody of a provider who is signed in. */
export function providerCaller(
  role: ProviderRole = 'provider-manager',
  place: { organisation: string; name: string } = larkfield,
  person: string | null = null,
): Caller {
  return {
    // Whom nobody registered here comes by the provider's own sign-in.
    userId: person === null ? `https://sign-in.larkfield.example|${randomUUID()}` : userIdOf(person),
    name: 'Petra Example',
    role,
    organisation: place.organisation,
    team: place.name,
    authenticatedBy: 'email-link',
    authenticatedAt: new Date('2026-08-31T02:00:00Z'),
    session: `session-of-${person ?? randomUUID()}`,
  };
}
