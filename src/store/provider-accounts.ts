/** Care providers' own people and the invitations by which they came. */
import { sql } from 'kysely';
import type { ProviderRole } from '../domain/provider-account.ts';
import type { Db, Trx } from './database.ts';

export interface Member {
  readonly organisation: string;
  readonly person: string;
  readonly name: string;
  readonly email: string;
  readonly role: ProviderRole;
  readonly active: boolean;
  readonly changedAt: Date;
}

/** An active place of somebody, with the provider's name. */
export interface Place {
  readonly organisation: string;
  readonly organisationName: string;
  readonly role: ProviderRole;
}

export interface Invitation {
  readonly invitation: string;
  readonly organisation: string;
  readonly organisationName: string;
  readonly vouchedBy: 'council' | 'operator' | 'provider';
  readonly council: string | null;
  readonly invitedBy: string;
  /** The inviter's user id; null where nobody knows it. */
  readonly invitedByUser: string | null;
  readonly email: string;
  readonly role: ProviderRole;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly state: 'open' | 'accepted' | 'withdrawn';
  readonly sentAt: Date | null;
  /** Why the last sending did not come about. */
  readonly fault: string | null;
}

/** Lets one change at a time at an organisation's people, so that two managers cannot each remove the other. */
export async function holdOrganisation(trx: Trx, organisation: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(4207008, hashtext(${organisation}))`.execute(trx.sql);
}

/** Everybody who belongs or belonged to an organisation, by name. */
export async function listMembers(db: Db, organisation: string): Promise<Member[]> {
  const rows = await db.sql
    .selectFrom('provider_member as m')
    .innerJoin('provider_person as p', 'p.person', 'm.person')
    .select(['m.organisation', 'm.person', 'p.name', 'p.email', 'm.role', 'm.active', 'm.changed_at as changedAt'])
    .where('m.organisation', '=', organisation)
    .orderBy('p.name')
    .orderBy('p.email')
    .execute();
  return rows;
}

/** The places at which somebody is active. */
export async function placesOf(db: Db, person: string): Promise<Place[]> {
  return db.sql
    .selectFrom('provider_member as m')
    .innerJoin('provider_organisation as o', 'o.organisation', 'm.organisation')
    .select(['m.organisation', 'o.name as organisationName', 'm.role'])
    .where('m.person', '=', person)
    .where('m.active', '=', true)
    .orderBy('o.name')
    .orderBy('m.organisation')
    .execute();
}

/** Somebody by their id; null when nobody has it. */
export async function findPerson(db: Db, person: string): Promise<{ name: string; email: string } | null> {
  const row = await db.sql.selectFrom('provider_person').select(['name', 'email']).where('person', '=', person).executeTakeFirst(); // prettier-ignore
  return row ?? null;
}

/** Somebody by their address, active or not; null when nobody has it. */
export async function findPersonByEmail(db: Db, email: string): Promise<string | null> {
  const row = await db.sql.selectFrom('provider_person').select('person').where('email', '=', email).executeTakeFirst();
  return row?.person ?? null;
}

/** Somebody who is active anywhere, by their address; null when nobody is. */
export async function findActiveByEmail(db: Db, email: string): Promise<string | null> {
  const row = await db.sql
    .selectFrom('provider_person as p')
    .select('p.person')
    .where('p.email', '=', email)
    .where(
      ({ exists, selectFrom }) =>
      exists(selectFrom('provider_member as m').select('m.person').whereRef('m.person', '=', 'p.person').where('m.active', '=', true)), // prettier-ignore
    )
    .executeTakeFirst();
  return row?.person ?? null;
}

/** Whether somebody is active in a role of an organisation, held so until the transaction ends. */
export async function isActiveNow(trx: Trx, person: string, organisation: string, role: string): Promise<boolean> {
  const row = await trx.sql
    .selectFrom('provider_member')
    .select('role')
    .where('person', '=', person)
    .where('organisation', '=', organisation)
    .where('active', '=', true)
    .forShare()
    .executeTakeFirst();
  return row?.role === role;
}

/** Keeps an organisation's name; the newest word on it stands. */
export async function putOrganisation(trx: Trx, organisation: string, name: string, now: Date): Promise<void> {
  await trx.sql
    .insertInto('provider_organisation')
    .values({ organisation, name, created_at: now })
    .onConflict((conflict) => conflict.column('organisation').doUpdateSet({ name }))
    .execute();
}

/** Keeps a person under an address, with the name they gave last. @returns the person's id */
export async function putPerson(trx: Trx, id: string, email: string, name: string, now: Date): Promise<string> {
  const row = await trx.sql
    .insertInto('provider_person')
    .values({ person: id, email, name, created_at: now })
    .onConflict((conflict) => conflict.column('email').doUpdateSet({ name }))
    .returning('person')
    .executeTakeFirstOrThrow();
  return row.person;
}

/** Makes somebody a member, or changes what they are. */
export async function putMember(
  trx: Trx,
  one: { organisation: string; person: string; role: ProviderRole; active: boolean },
  now: Date,
): Promise<void> {
  const { role, active } = one;
  await trx.sql
    .insertInto('provider_member')
    .values({ ...one, changed_at: now })
    .onConflict((conflict) =>
      conflict.columns(['organisation', 'person']).doUpdateSet({ role, active, changed_at: now }),
    )
    .execute();
}

const invitationColumns = [
  'invitation',
  'organisation',
  'organisation_name as organisationName',
  'vouched_by as vouchedBy',
  'council',
  'invited_by as invitedBy',
  'invited_by_user as invitedByUser',
  'email',
  'role',
  'created_at as createdAt',
  'expires_at as expiresAt',
  'state',
  'sent_at as sentAt',
  'fault',
] as const;

/** Keeps an invitation that is to be sent; one still open to the same address is withdrawn by it. */
export async function insertInvitation(
  trx: Trx,
  one: Omit<Invitation, 'state' | 'sentAt' | 'fault' | 'invitedByUser'> & { readonly invitedByUser?: string },
  now: Date,
): Promise<void> {
  await trx.sql
    .updateTable('provider_invitation')
    .set({ state: 'withdrawn', closed_at: now, next_at: null, token_hash: null })
    .where('organisation', '=', one.organisation)
    .where('email', '=', one.email)
    .where('state', '=', 'open')
    .execute();
  await trx.sql
    .insertInto('provider_invitation')
    .values({
      invitation: one.invitation,
      organisation: one.organisation,
      organisation_name: one.organisationName,
      vouched_by: one.vouchedBy,
      council: one.council,
      invited_by: one.invitedBy,
      invited_by_user: one.invitedByUser ?? null,
      email: one.email,
      role: one.role,
      created_at: one.createdAt,
      expires_at: one.expiresAt,
      state: 'open',
      closed_at: null,
      token_hash: null,
      sent_at: null,
      next_at: now,
    })
    .execute();
}

/** Invitations that somebody could still accept, oldest first. @param scope one organisation's, or all of councils' */
export async function listOpenInvitations(
  db: Db,
  scope: { organisation: string } | { council: string },
  now: Date,
): Promise<Invitation[]> {
  const open = db.sql
    .selectFrom('provider_invitation')
    .select(invitationColumns)
    .where('state', '=', 'open')
    .where('expires_at', '>', now)
    .orderBy('created_at');
  return 'organisation' in scope
    ? open.where('organisation', '=', scope.organisation).execute()
    : open.where('council', '=', scope.council).execute();
}

/** The open invitation of a link. @param hold keeps it as it is until the transaction ends */
export async function findInvitation(db: Db, tokenHash: string, now: Date, hold = false): Promise<Invitation | null> {
  let query = db.sql
    .selectFrom('provider_invitation')
    .select(invitationColumns)
    .where('token_hash', '=', tokenHash)
    .where('state', '=', 'open')
    .where('expires_at', '>', now);
  if (hold) query = query.forUpdate();
  return (await query.executeTakeFirst()) ?? null;
}

/** Ends an invitation; its link is worth nothing from then on. @returns false when it was not open */
export async function closeInvitation(
  trx: Trx,
  invitation: string,
  organisation: string,
  state: 'accepted' | 'withdrawn',
  now: Date,
): Promise<boolean> {
  const closed = await trx.sql
    .updateTable('provider_invitation')
    .set({ state, closed_at: now, next_at: null, token_hash: null })
    .where('invitation', '=', invitation)
    .where('organisation', '=', organisation)
    .where('state', '=', 'open')
    .executeTakeFirst();
  return closed.numUpdatedRows === 1n;
}

/** What is withdrawn at an organisation: whatever stands open to an address, and what somebody has invited. */
export interface InvitationsOf {
  readonly organisation: string;
  readonly email: string;
  /** Null: what they invited stands. */
  readonly invitedByUser: string | null;
}

/** Withdraws open invitations of an organisation. @returns how many */
export async function withdrawInvitations(
  trx: Trx,
  { organisation, email, invitedByUser }: InvitationsOf,
  now: Date,
): Promise<number> {
  const gone = await trx.sql
    .updateTable('provider_invitation')
    .set({ state: 'withdrawn', closed_at: now, next_at: null, token_hash: null })
    .where('organisation', '=', organisation)
    .where('state', '=', 'open')
    .where((where) =>
      where.or([
        where('email', '=', email),
        ...(invitedByUser === null ? [] : [where('invited_by_user', '=', invitedByUser)]),
      ]),
    )
    .executeTakeFirst();
  return Number(gone.numUpdatedRows);
}

/** How many invitations were made since a moment, by a provider or by somebody, and of those to one address. */
export async function countInvitations(
  trx: Trx,
  by: { readonly organisation: string } | { readonly user: string },
  email: string,
  since: Date,
): Promise<{ readonly all: number; readonly toAddress: number }> {
  const made = 'organisation' in by ? sql`vouched_by = 'provider' and organisation = ${by.organisation}` : sql`invited_by_user = ${by.user}`; // prettier-ignore
  const { rows } = await sql<{ all: number; toAddress: number }>`
    select count(*)::int as "all", count(*) filter (where email = ${email})::int as "toAddress"
    from provider_invitation where ${made} and created_at > ${since}`.execute(trx.sql);
  return rows[0] ?? { all: 0, toAddress: 0 };
}

/** Forgets ended invitations some time after. */
export async function deleteOldInvitations(db: Db, before: Date): Promise<void> {
  await db.sql.deleteFrom('provider_invitation').where('expires_at', '<', before).execute();
}

/** A provider as a council's own record has it. */
export interface KnownProvider {
  readonly cqcLocationId: string | null;
  readonly localReference: string | null;
  readonly name: string;
  readonly email: string | null;
}

/** The providers of a council's contacts and of its packages, by name. */
export async function listKnownProviders(db: Db, council: string): Promise<KnownProvider[]> {
  const { rows } = await sql<KnownProvider>`
    select cqc_location_id as "cqcLocationId", local_reference as "localReference", name, email from provider_contact
    where council = ${council} and until_bundle is null
    union all
    select p.cqc_location_id, null, max(coalesce(e.name, p.cqc_location_name)), null from package p
    left join directory_entry e on e.council = p.council and e.cqc_location_id = p.cqc_location_id and e.until_bundle is null
    where p.council = ${council} and p.until_bundle is null and p.cqc_location_id is not null
      and coalesce(e.name, p.cqc_location_name) is not null
      and not exists (select 1 from provider_contact c where c.council = p.council and c.until_bundle is null
        and c.cqc_location_id = p.cqc_location_id)
    group by p.cqc_location_id
    order by name, "cqcLocationId", "localReference"`.execute(db.sql);
  return rows;
}

/** How many active managers each organisation has; those without are not in the map. */
export async function managersOf(db: Db, organisations: readonly string[]): Promise<Map<string, number>> {
  if (organisations.length === 0) return new Map();
  const { rows } = await sql<{ organisation: string; count: number }>`
    select organisation, count(*)::int as count from provider_member
    where organisation = any(${[...organisations]}::text[]) and active and role = 'provider-manager'
    group by organisation`.execute(db.sql);
  return new Map(rows.map((row) => [row.organisation, row.count]));
}

/** Names of organisations that have accounts, by their ids. */
export async function namesOfOrganisations(db: Db, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await db.sql
    .selectFrom('provider_organisation')
    .select(['organisation', 'name'])
    .where('organisation', 'in', [...ids])
    .execute();
  return new Map(rows.map(({ organisation, name }) => [organisation, name]));
}
