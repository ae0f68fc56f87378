/**
 * Use cases of invitations. The first manager of a provider is vouched for by a council in whose own record the
 * provider stands, or by whoever runs the service; everybody after that by the provider's own managers. So no
 * second council, by mistake or otherwise, can put somebody beside those who already read a provider's notices.
 */
import { randomUUID } from 'node:crypto';
import { requirePermission } from '../domain/caller.ts';
import type { Caller } from '../domain/caller.ts';
import { HomewardError } from '../domain/error.ts';
import { invitationFor, invitationLimits } from '../domain/provider-account.ts';
import type { ProviderRole } from '../domain/provider-account.ts';
import { providerIdOf } from '../domain/provider-id.ts';
import { writeAudit } from '../store/audit.ts';
import type { Db, Trx } from '../store/database.ts';
import { keepWay, waysOfRecipient } from '../store/notices/ways.ts';
import {
  closeInvitation,
  countInvitations,
  findInvitation,
  findPersonByEmail,
  holdOrganisation,
  insertInvitation,
  isActiveNow,
  listKnownProviders,
  listMembers,
  listOpenInvitations,
  managersOf,
  putMember,
  putOrganisation,
  putPerson,
} from '../store/provider-accounts.ts';
import type { Invitation } from '../store/provider-accounts.ts';
import { hashToken, holdAsManager, isToken, ownPlace, personOf, recordedChange, userIdOf } from './provider-deps.ts';
import type { InvitingDeps, ProviderDeps } from './provider-deps.ts';

export type { Invitation } from '../store/provider-accounts.ts';

/** A provider of a council's record, and how far it has come. */
export interface KnownPlace {
  readonly organisation: string;
  readonly name: string;
  readonly email: string | null;
  readonly managers: number;
  readonly invitation: Invitation | null;
}

/**
 * What came of inviting. `managed`: the provider has a manager, who alone invites now. `member`: whoever has the
 * address is in already. `too-many`: open ones, or of a day; `too-many-to-one`: to this address, of a day.
 */
export type Invited = 'invited' | 'managed' | 'unknown-provider' | 'member' | 'too-many' | 'too-many-to-one';

const mostOpen = 30;

/** The providers of the steward's council, by name. @throws HomewardError NOT_ALLOWED */
export async function knownPlaces(deps: InvitingDeps, caller: Caller): Promise<KnownPlace[]> {
  requirePermission(caller, 'invite-providers');
  const council = caller.organisation;
  const places = await placesIn(deps.db, council);
  const managers = await managersOf(deps.db, [...places.keys()]);
  const open = await listOpenInvitations(deps.db, { council }, deps.clock.now());
  return [...places].map(([organisation, { name, email }]) => ({
    organisation,
    name,
    email,
    managers: managers.get(organisation) ?? 0,
    invitation: open.find((one) => one.organisation === organisation) ?? null,
  }));
}

/**
 * Whether somebody at this address could still accept an invitation to the provider: the next one takes its place.
 * @param email as `readEmail` gave it
 * @throws HomewardError NOT_ALLOWED
 */
export async function isInvited(
  deps: InvitingDeps,
  caller: Caller,
  organisation: string,
  email: string,
): Promise<boolean> {
  requirePermission(caller, 'invite-providers');
  // Of a provider in somebody else's record nothing is said, not even this.
  if (!(await placesIn(deps.db, caller.organisation)).has(organisation)) return false;
  const open = await listOpenInvitations(deps.db, { organisation }, deps.clock.now());
  return open.some((one) => one.email === email);
}

/**
 * Invites the first manager of a provider in the caller's council's record.
 * @param email as `readEmail` gave it
 * @throws HomewardError NOT_ALLOWED, AUDIT_NOT_WRITTEN
 */
export async function inviteFirstManager(
  deps: InvitingDeps,
  caller: Caller,
  organisation: string,
  email: string,
): Promise<Invited> {
  requirePermission(caller, 'invite-providers');
  const council = caller.organisation;
  const operator = caller.authenticatedBy === 'command-line';
  const place = (await placesIn(deps.db, council)).get(organisation);
  if (!place) return 'unknown-provider';
  const councilName = deps.councils.find(({ id }) => id === council)?.name ?? council;
  const now = deps.clock.now();
  const result = await recordedChange(() =>
    deps.db.transaction(async (trx): Promise<Invited> => {
      await holdOrganisation(trx, organisation);
      if (!operator && ((await managersOf(trx, [organisation])).get(organisation) ?? 0) > 0) return 'managed';
      const members = await listMembers(trx, organisation);
      if (members.some((one) => one.active && one.email === email && one.role === 'provider-manager')) return 'member';
      const limited = operator ? null : await tooMany(trx, { user: caller.userId }, email, now);
      if (limited) return limited;
      const invitation = {
        ...newInvitation(organisation, place.name, email, 'provider-manager', now),
        vouchedBy: operator ? ('operator' as const) : ('council' as const),
        council,
        invitedBy: operator ? councilName : `${caller.name}, ${councilName}`,
        invitedByUser: caller.userId,
      };
      await insertInvitation(trx, invitation, now);
      await writeAudit(trx, now, caller, {
        action: 'invite-provider',
        outcome: 'invited',
        council,
        detail: { provider: organisation, role: invitation.role, invitation: invitation.invitation },
      });
      return 'invited';
    }),
  );
  deps.wake();
  return result;
}

/**
 * A manager invites somebody to the own organisation.
 * @throws HomewardError NOT_ALLOWED, AUDIT_NOT_WRITTEN
 */
export async function inviteColleague(
  deps: ProviderDeps,
  caller: Caller,
  email: string,
  role: ProviderRole,
): Promise<Invited> {
  requirePermission(caller, 'manage-provider');
  const organisation = ownPlace(caller);
  const now = deps.clock.now();
  const result = await recordedChange(() =>
    deps.db.transaction(async (trx): Promise<Invited> => {
      await holdAsManager(trx, caller);
      const members = await listMembers(trx, organisation);
      if (members.some((one) => one.active && one.email === email)) return 'member';
      if ((await listOpenInvitations(trx, { organisation }, now)).length >= mostOpen) return 'too-many';
      const limited = await tooMany(trx, { organisation }, email, now);
      if (limited) return limited;
      const invitation = {
        ...newInvitation(organisation, caller.team, email, role, now),
        vouchedBy: 'provider' as const,
        council: null,
        invitedBy: caller.name,
        invitedByUser: caller.userId,
      };
      await insertInvitation(trx, invitation, now);
      await writeAudit(trx, now, caller, {
        action: 'invite-provider',
        outcome: 'invited',
        detail: { provider: organisation, role, invitation: invitation.invitation },
      });
      return 'invited';
    }),
  );
  deps.wake();
  return result;
}

/**
 * Takes an invitation back: its link opens nothing any more.
 * @throws HomewardError NOT_ALLOWED; PAGE_NOT_FOUND when it is not an open one of the own organisation
 */
export async function withdrawInvitation(deps: ProviderDeps, caller: Caller, invitation: string): Promise<void> {
  requirePermission(caller, 'manage-provider');
  const organisation = ownPlace(caller);
  const now = deps.clock.now();
  await recordedChange(() =>
    deps.db.transaction(async (trx) => {
      await holdAsManager(trx, caller);
      if (!(await closeInvitation(trx, invitation, organisation, 'withdrawn', now)))
        throw new HomewardError('PAGE_NOT_FOUND');
      await writeAudit(trx, now, caller, {
        action: 'invite-provider',
        outcome: 'withdrawn',
        detail: { provider: organisation, invitation },
      });
    }),
  );
}

/** What a link invites to; null when it opens nothing. Reading it spends nothing. */
export async function invitationOf(deps: ProviderDeps, token: string): Promise<Invitation | null> {
  return isToken(token) ? findInvitation(deps.db, hashToken(token), deps.clock.now()) : null;
}

/**
 * Accepts an invitation, once, and begins a session: whoever has the link has the address.
 * @param name as `readAccountName` gave it
 * @returns the session's id, for the cookie alone; null when the link opens nothing, when the provider has got a
 *   manager of its own since a council invited, when whoever invited manages it no more, or when the invited
 *   person's own place there was changed since
 * @throws HomewardError AUDIT_NOT_WRITTEN; BUSY when the same address was registered at this very moment
 */
export async function acceptInvitation(
  deps: ProviderDeps,
  token: string,
  name: string,
  formerId: string | null,
): Promise<string | null> {
  const seen = await invitationOf(deps, token);
  if (!seen) return null;
  const person = (await findPersonByEmail(deps.db, seen.email)) ?? randomUUID();
  const now = deps.clock.now();
  const { organisation, organisationName: team, role } = seen;
  const signedIn = {
    userId: userIdOf(person),
    name,
    role,
    organisation,
    team,
    authenticatedBy: 'invitation',
    authenticatedAt: now,
    providerSession: null,
  };
  try {
    return await deps.sessions.begin(signedIn, formerId, async (trx) => {
      await holdOrganisation(trx, organisation);
      const invitation = await findInvitation(trx, hashToken(token), now, true);
      if (!invitation) throw new NotOpen();
      if (invitation.vouchedBy === 'council' && (await managersOf(trx, [organisation])).has(organisation))
        throw new NotOpen();
      if (!(await stillStands(trx, invitation))) throw new NotOpen();
      await closeInvitation(trx, invitation.invitation, organisation, 'accepted', now);
      await putOrganisation(trx, organisation, team, now);
      if ((await putPerson(trx, person, invitation.email, name, now)) !== person) throw new HomewardError('BUSY');
      await putMember(trx, { organisation, person, role, active: true }, now);
      // Until a manager chooses otherwise: a provider that nobody can tell anything would be passed over at once.
      if ((await waysOfRecipient(trx, organisation)).length === 0) {
        const way = { channel: 'email', to: invitation.email, use: 'office', hours: null } as const;
        await keepWay(trx, organisation, way, signedIn.userId, now);
      }
      await writeAudit(
        trx,
        now,
        { ...signedIn, session: `invitation|${invitation.invitation}` },
        {
          action: 'accept-invitation',
          outcome: 'registered',
          council: invitation.council,
          detail: { provider: organisation, role, invitation: invitation.invitation, vouchedBy: invitation.vouchedBy },
        },
      );
    });
  } catch (error) {
    if (error instanceof NotOpen) return null;
    if (error instanceof HomewardError && error.cause instanceof NotOpen) return null;
    throw error;
  }
}

/** Somebody took the link, or its provider, meanwhile. */
class NotOpen extends Error {}

// Second lock on a door that ending somebody's access closes already: an invitation older than that opens nothing.
async function stillStands(trx: Trx, one: Invitation): Promise<boolean> {
  const members = await listMembers(trx, one.organisation);
  if (members.some(({ email, changedAt }) => email === one.email && changedAt > one.createdAt)) return false;
  if (one.vouchedBy !== 'provider') return true;
  if (one.invitedByUser === null) return false;
  const inviter = personOf(one.invitedByUser);
  return inviter === null || isActiveNow(trx, inviter, one.organisation, 'provider-manager');
}

async function tooMany(
  trx: Trx,
  by: Parameters<typeof countInvitations>[1],
  email: string,
  now: Date,
): Promise<'too-many' | 'too-many-to-one' | null> {
  const { byProvider, bySteward, toAddress, within } = invitationLimits;
  const made = await countInvitations(trx, by, email, new Date(now.getTime() - within));
  if (made.toAddress >= toAddress) return 'too-many-to-one';
  return made.all >= ('organisation' in by ? byProvider : bySteward) ? 'too-many' : null;
}

async function placesIn(db: Db, council: string): Promise<Map<string, { name: string; email: string | null }>> {
  const places = new Map<string, { name: string; email: string | null }>();
  for (const { name, email, ...names } of await listKnownProviders(db, council)) {
    const id = providerIdOf(council, names);
    if (id !== null && !places.has(id)) places.set(id, { name, email });
  }
  return places;
}

function newInvitation(
  organisation: string,
  organisationName: string,
  email: string,
  role: ProviderRole,
  now: Date,
): Pick<Invitation, 'invitation' | 'organisation' | 'organisationName' | 'email' | 'role' | 'createdAt' | 'expiresAt'> {
  const expiresAt = new Date(now.getTime() + invitationFor);
  return { invitation: randomUUID(), organisation, organisationName, email, role, createdAt: now, expiresAt };
}
