/** Acts of telling: what was asked of whom about which person, once for each form. */
import { sql } from 'kysely';
import type { Selectable } from 'kysely';
import type { IsoDate } from '../../domain/dates.ts';
import type { Ask, FactKind, Human } from '../../domain/notice.ts';
import type { Db, Trx } from '../database.ts';
import type { Schema } from '../schema.ts';
import { revive } from './revive.ts';

export interface StoredTelling {
  readonly id: string;
  readonly hospital: string;
  readonly council: string;
  readonly personKey: string;
  readonly nhsNumber: string;
  readonly birthDate: IsoDate;
  readonly stayId: string | null;
  /** The hospital's key of the patient when it was written. */
  readonly patient: string | null;
  readonly kind: 'fact' | 'correction' | 'cancellation';
  readonly of: FactKind;
  readonly ask: Ask;
  /** The telling that it corrects or takes back. */
  readonly undoes: string | null;
  readonly automatic: boolean;
  /** The provider's own question that brought it about. */
  readonly question: string | null;
  readonly team: string | null;
  readonly sender: Human | null;
  readonly createdAt: Date;
}

/**
 * Keeps a telling. @param token of the form or event: the same one is kept once
 * @returns false when it is there already, under whatever id
 */
export async function keepTelling(trx: Trx, telling: StoredTelling, token: string, audit: string): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await trx.sql
    .insertInto('telling')
    .values({
      telling_id: telling.id,
      hospital: telling.hospital,
      council: telling.council,
      person_key: telling.personKey,
      nhs_number: telling.nhsNumber,
      birth_date: telling.birthDate,
      stay_id: telling.stayId,
      patient: telling.patient,
      kind: telling.kind,
      fact: telling.of,
      ask: JSON.stringify(telling.ask),
      undoes: telling.undoes,
      automatic: telling.automatic,
      question: telling.question,
      team: telling.team,
      sender: telling.sender && JSON.stringify(telling.sender),
      token,
      created_at: telling.createdAt,
      audit_id: audit,
    })
    .onConflict((conflict) => conflict.columns(['hospital', 'token']).doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}

/** The telling of a form or event; null when there is none yet. */
export async function tellingOfToken(db: Db, hospital: string, token: string): Promise<StoredTelling | null> {
  const row = await db.sql
    .selectFrom('telling')
    .selectAll()
    .where('hospital', '=', hospital)
    .where('token', '=', token)
    .executeTakeFirst();
  return row ? fromRow(row) : null;
}

/** A telling; null when there is none of this id. */
export async function tellingById(db: Db, id: string): Promise<StoredTelling | null> {
  if (!isUuid(id)) return null;
  const row = await db.sql.selectFrom('telling').selectAll().where('telling_id', '=', id).executeTakeFirst();
  return row ? fromRow(row) : null;
}

/**
 * Deletes tellings all of whose notices are over and past their time, stay by stay: a hold outlives none of its own. Where
 * a provider may hold care they stay until it was worked out, by the stay as it is now, that nobody has a task.
 * @returns how many went
 */
export async function forgetTellings(db: Db, now: Date): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from telling t where t.created_at < ${now}
      and not exists (select from notice n join telling o using (telling_id)
        where (o.telling_id = t.telling_id or o.hold_id = t.hold_id)
          and (n.expires_at is null or n.expires_at > ${now}))
      and not exists (select from stay s where s.stay_id = t.stay_id and s.status in ('arrived', 'admitted', 'on-leave'))
      and (not exists (select from notice n where n.hold_id = t.hold_id and n.recipient_kind = 'provider' and n.reached)
        or exists (select from hold_look l left join stay s on s.stay_id = l.stay_id
          where l.stay_id = t.hold_id and l.over and not l.open and (s.stay_id is null or l.stay_version = s.version)))`.execute(
    db.sql,
  );
  return Number(numAffectedRows);
}

/** Whether a text can be an id of ours. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}

function fromRow(row: Selectable<Schema['telling']>): StoredTelling {
  return {
    id: row.telling_id,
    hospital: row.hospital,
    council: row.council,
    personKey: row.person_key,
    nhsNumber: row.nhs_number,
    birthDate: row.birth_date as IsoDate,
    stayId: row.stay_id,
    patient: row.patient,
    kind: row.kind,
    of: row.fact as FactKind,
    ask: revive<Ask>(row.ask),
    undoes: row.undoes,
    automatic: row.automatic,
    question: row.question,
    team: row.team,
    sender: row.sender as Human | null,
    createdAt: row.created_at,
  };
}
