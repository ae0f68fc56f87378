/** Use cases of a provider's manager: who belongs to the organisation, in which role, and who no longer does. */
import { requirePermission } from '../domain/caller.ts';
import type { Caller } from '../domain/caller.ts';
import { HomewardError } from '../domain/error.ts';
import type { ProviderRole } from '../domain/provider-account.ts';
import { writeAudit } from '../store/audit.ts';
import type { Trx } from '../store/database.ts';
import {
  listMembers,
  listOpenInvitations,
  placesOf,
  putMember,
  withdrawInvitations,
} from '../store/provider-accounts.ts';
import type { Invitation, Member } from '../store/provider-accounts.ts';
import { voidAsksOf } from '../store/provider-asks.ts';
import { takeSessionsOf } from '../store/sessions.ts';
import { holdAsManager, ownPlace, recordedChange, userIdOf } from './provider-deps.ts';
import type { ProviderDeps } from './provider-deps.ts';
import { removeLeft, whatIsLeft } from './provider-left.ts';
import type { Left } from './provider-left.ts';

export type { Invitation, Member } from '../store/provider-accounts.ts';

/** What a change came to. `last-manager`: then nobody could invite anybody any more. */
export type TeamChange = 'changed' | 'last-manager';

/** Everybody of the caller's organisation, and whom it has invited. @throws HomewardError NOT_ALLOWED, AUDIT_NOT_WRITTEN */
export async function teamOf(
  deps: ProviderDeps,
  caller: Caller,
): Promise<{ members: (Member & { readonly left: Left })[]; invitations: Invitation[] }> {
  requirePermission(caller, 'manage-provider');
  const organisation = ownPlace(caller);
  const now = deps.clock.now();
  return recordedChange(() =>
    deps.db.transaction(async (trx) => {
      const members = await listMembers(trx, organisation);
      const invitations = await listOpenInvitations(trx, { organisation }, now);
      await writeAudit(trx, now, caller, { action: 'see-provider-team', outcome: 'listed' });
      return { members: await whatIsLeft(trx, organisation, members), invitations };
    }),
  );
}

/** Gives somebody of the organisation another role. @throws HomewardError NOT_ALLOWED, PAGE_NOT_FOUND, AUDIT_NOT_WRITTEN */
export function changeRole(
  deps: ProviderDeps,
  caller: Caller,
  person: string,
  role: ProviderRole,
): Promise<TeamChange> {
  return change(deps, caller, person, (member) => ({ ...member, role }), `role ${role}`);
}

/** Ends somebody's use of the service for the organisation, at once. @throws HomewardError as {@link changeRole} */
export function disableMember(deps: ProviderDeps, caller: Caller, person: string): Promise<TeamChange> {
  return change(deps, caller, person, (member) => ({ ...member, active: false }), 'disabled');
}

/**
 * Takes away what is still sent to somebody whose access has ended: channels and rota entries in their name or address.
 * @returns whether the organisation has no channel left
 * @throws HomewardError as {@link changeRole}; PAGE_NOT_FOUND too while they have access
 */
export async function removeWhatIsLeft(deps: ProviderDeps, caller: Caller, person: string): Promise<boolean> {
  requirePermission(caller, 'manage-provider');
  const organisation = ownPlace(caller);
  const now = deps.clock.now();
  return recordedChange(() =>
    deps.db.transaction(async (trx) => {
      await holdAsManager(trx, caller);
      const member = (await listMembers(trx, organisation)).find((one) => one.person === person && !one.active);
      if (!member) throw new HomewardError('PAGE_NOT_FOUND');
      await writeAudit(trx, now, caller, {
        action: 'change-provider-user',
        outcome: 'addresses removed',
        detail: { provider: organisation, user: userIdOf(person) },
      });
      return removeLeft(trx, organisation, member);
    }),
  );
}

// Whatever changes, the person's sessions here end: an old session would go on in the role it was begun in. Invitations
// end too, or whoever is put out comes back by one made before: to their own address, or to a friend's.
async function change(
  deps: ProviderDeps,
  caller: Caller,
  person: string,
  next: (member: Member) => Member,
  outcome: string,
): Promise<TeamChange> {
  requirePermission(caller, 'manage-provider');
  const organisation = ownPlace(caller);
  const now = deps.clock.now();
  return recordedChange(() =>
    deps.db.transaction(async (trx): Promise<TeamChange> => {
      await holdAsManager(trx, caller);
      const members = await listMembers(trx, organisation);
      const member = members.find((one) => one.person === person && one.active);
      if (!member) throw new HomewardError('PAGE_NOT_FOUND');
      const changed = next(member);
      const user = userIdOf(person);
      const detail = { provider: organisation, user };
      if (changed.role === member.role && changed.active) {
        await writeAudit(trx, now, caller, { action: 'change-provider-user', outcome: 'unchanged', detail });
        return 'changed';
      }
      const isManager = ({ active, role }: Member): boolean => active && role === 'provider-manager';
      if (!members.some((one) => isManager(one === member ? changed : one))) return 'last-manager';
      await putMember(trx, { organisation, person, role: changed.role, active: changed.active }, now);
      await endSessions(trx, now, user, organisation);
      const invitedByUser = isManager(changed) ? null : user;
      await withdrawInvitations(trx, { organisation, email: member.email, invitedByUser }, now);
      // A letter opens whatever places there are when it is opened: it is worthless where there is none.
      if ((await placesOf(trx, person)).length === 0) await voidAsksOf(trx, person, now);
      await writeAudit(trx, now, caller, { action: 'change-provider-user', outcome, detail });
      return 'changed';
    }),
  );
}

async function endSessions(trx: Trx, now: Date, userId: string, organisation: string): Promise<void> {
  const ended = await takeSessionsOf(trx, { providerSession: null, userId, organisation });
  for (const { userName: name, session, ...rest } of ended) {
    await writeAudit(trx, now, { ...rest, name, session }, { action: 'sign-out', outcome: 'ended-by-manager' });
  }
}
