/** A letter that a mail server took and another sent back: what was delivered was not. */
import type { DeliveryFault } from '../../domain/courier.ts';
import { inLetter, returnDelivery } from '../../store/notices/deliveries.ts';
import { holdPerson } from '../../store/notices/person-lock.ts';
import type { DeliverDeps } from './deliver.ts';
import { mourn } from './delivery-attempt.ts';

/**
 * Records that a letter came back.
 * @param key the letter's, as the address to which it came back proves it
 * @returns how many deliveries it undid; none when that was known, or the letter was no notice's
 */
export async function takeReturned(
  deps: Pick<DeliverDeps, 'db' | 'clock' | 'record'>,
  key: string,
  fault: DeliveryFault,
): Promise<number> {
  let undone = 0;
  if (!/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(key)) return undone;
  for (const one of await inLetter(deps.db, key)) {
    const is = await deps.db.transaction(async (trx) => {
      await holdPerson(trx, one.person);
      const at = deps.clock.now();
      if (!(await returnDelivery(trx, one.id, fault, at))) return false;
      await mourn(trx, deps, one, fault, at);
      return true;
    });
    if (is) undone += 1;
  }
  return undone;
}
