/** Statements that are otherwise run by themselves, inside a transaction. */
import { CompiledQuery } from 'kysely';
import type { Trx } from './database.ts';
import type { Asks } from './statement.ts';

/**
 * Runs named statements as part of a transaction, so that what they read is decided on where it is written. They are
 * kept planned where the transaction is opened `prepared`, as all its statements are.
 */
export function askIn(trx: Trx): Asks {
  return {
    async ask<R>({ text }: { readonly text: string }, parameters: readonly unknown[]): Promise<R[]> {
      const { rows } = await trx.sql.executeQuery<R>(CompiledQuery.raw(text, [...parameters]));
      return rows;
    },
  };
}
