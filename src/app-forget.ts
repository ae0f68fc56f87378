/** The part of the composition root where what may not be kept any longer is deleted, again and again. */
import { commandLineCaller } from './commands/bundles.ts';
import type { Caller } from './domain/caller.ts';
import type { Clock } from './domain/clock.ts';
import { clearHeldFolder, forgetOldData } from './services/forget.ts';
import type { BundleDeps } from './services/manage-bundles.ts';
import type { Log } from './telemetry.ts';

export interface ForgetParts {
  readonly clock: Clock;
  readonly bundles: ReadonlyMap<string, BundleDeps>;
  readonly log: Pick<Log, 'warn'>;
  /** What is looked at each minute: sessions and answers live for minutes. */
  readonly eachMinute: readonly (() => Promise<unknown>)[];
  /** What is looked at each hour, one after another. */
  readonly eachHour: readonly { forget(): Promise<void> }[];
}

/** Deletes what is old now, and then for as long as it is not ended. @returns what ends it */
export async function keepForgetting({ clock, bundles, log, eachMinute, eachHour }: ForgetParts): Promise<() => void> {
  const failed = (): void => log.warn({}, 'deleting what is old failed; it will be tried again');
  const minutely = setInterval(() => void Promise.all(eachMinute.map((one) => one())).catch(failed), 60_000);
  const forget = async (): Promise<void> => {
    for (const own of bundles.values()) await forgetOldData(own, serviceItself(own.council.id, clock));
    for (const one of eachHour) await one.forget();
  };
  const hourly = setInterval(() => void forget().catch(failed), 3_600_000);
  hourly.unref();
  await clearHeldFolder([...bundles.values()])
    .then(forget)
    .catch(failed);
  return () => {
    clearInterval(minutely);
    clearInterval(hourly);
  };
}

// The audit trail names who acted; here it is nobody.
function serviceItself(council: string, clock: Clock): Caller {
  return { ...commandLineCaller('service', council, clock.now()), name: 'Homeward itself', team: 'service' };
}
