/** Calls that people at a hospital made about somebody, as they wrote them down. */
import { randomUUID } from 'node:crypto';
import type { CallResult } from '../domain/call.ts';
import type { Db, Trx } from './database.ts';

export interface StoredCall {
  readonly at: Date;
  readonly provider: string;
  /** As the answer showed it. */
  readonly phone: string;
  readonly result: CallResult;
  readonly spokeTo: string | null;
  readonly by: string;
}

/** Keeps a call. @returns false when this form was sent before */
export async function keepCall(
  trx: Trx,
  call: StoredCall & {
    readonly hospital: string;
    readonly council: string;
    readonly personKey: string;
    readonly userId: string;
    readonly token: string;
    readonly audit: string;
    readonly expiresAt: Date;
  },
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await trx.sql
    .insertInto('call_record')
    .values({
      call_id: randomUUID(),
      at: call.at,
      hospital: call.hospital,
      council: call.council,
      person_key: call.personKey,
      provider: call.provider,
      phone: call.phone,
      result: call.result,
      spoke_to: call.spokeTo,
      user_id: call.userId,
      user_name: call.by,
      token: call.token,
      audit_id: call.audit,
      expires_at: call.expiresAt,
    })
    .onConflict((conflict) => conflict.columns(['hospital', 'token']).doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}

/** Whether a form was sent before. */
export async function isCallKept(db: Db, hospital: string, token: string): Promise<boolean> {
  const row = await db.sql
    .selectFrom('call_record')
    .select('call_id')
    .where('hospital', '=', hospital)
    .where('token', '=', token)
    .executeTakeFirst();
  return row !== undefined;
}

/** Calls of a hospital about a person since a moment, the latest first. */
export async function callsAbout(
  db: Db,
  { hospital, council, personKey }: { readonly hospital: string; readonly council: string; readonly personKey: string },
  since: Date,
): Promise<StoredCall[]> {
  const rows = await db.sql
    .selectFrom('call_record')
    .select(['at', 'provider', 'phone', 'result', 'spoke_to', 'user_name'])
    .where('hospital', '=', hospital)
    .where('council', '=', council)
    .where('person_key', '=', personKey)
    .where('at', '>', since)
    .orderBy('at', 'desc')
    .limit(50)
    .execute();
  return rows.map(({ spoke_to, user_name, ...row }) => ({ ...row, spokeTo: spoke_to, by: user_name }));
}

/** Deletes calls whose time is over. @returns how many went */
export async function forgetCalls(db: Db, now: Date): Promise<number> {
  const gone = await db.sql.deleteFrom('call_record').where('expires_at', '<=', now).executeTakeFirst();
  return Number(gone.numDeletedRows);
}
