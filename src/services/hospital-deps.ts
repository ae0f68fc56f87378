/** What the use cases of a hospital's own events are made of: handed in by the composition root. */
import type { Agreement } from '../domain/agreement.ts';
import type { Clock } from '../domain/clock.ts';
import type { Feed } from '../domain/hospital-feed.ts';
import type { Council, Hospital } from '../domain/organisation.ts';
import type { Database } from '../store/database.ts';
import type { Sealer } from './sealing.ts';

export interface HospitalDeps {
  readonly db: Database;
  readonly clock: Clock;
  /** All that are configured; of those that are not enabled nothing is taken and nothing sent. */
  readonly feeds: readonly Feed[];
  readonly agreements: readonly Agreement[];
  readonly councils: readonly Council[];
  readonly hospitals: readonly Hospital[];
  readonly seal: Sealer;
  /** Told that stays have changed: there is something in `stay_change`. Must not throw. */
  readonly wake: () => void;
}
