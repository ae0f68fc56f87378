/**
 * A council's own system at our door: it shows its council's token, and reads what its council's duty team reads. Without
 * a token that is configured there is no such address at all, and nothing of a request is read before the token was.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Caller } from '../../domain/caller.ts';
import { HomewardError } from '../../domain/error.ts';

/** A council's own system. */
export interface CouncilSystem {
  readonly council: string;
  readonly name: string;
  readonly token: string;
}

/** Whose token it is. @throws HomewardError NOT_SIGNED_IN when it is nobody's */
export function systemOf(systems: readonly CouncilSystem[], bearer: string | null): CouncilSystem {
  const system = bearer === null ? undefined : systems.find(({ token }) => sameText(bearer, token));
  if (!system) throw new HomewardError('NOT_SIGNED_IN');
  return system;
}

/** The system as it stands in the trail: as what it is, and nobody in particular. */
export function callerOf({ council, name }: CouncilSystem, now: Date): Caller {
  return {
    userId: `system|council-${council}`,
    name: `${name}’s own system`,
    role: 'council-duty-worker',
    organisation: council,
    team: 'system',
    authenticatedBy: 'token',
    authenticatedAt: now,
    session: `system|council-${council}`,
  };
}

// Equal lengths first, by hashing: the comparison takes the same time whatever was shown.
function sameText(a: string, b: string): boolean {
  const hash = (given: string): Buffer => createHash('sha256').update(given).digest();
  return timingSafeEqual(hash(a), hash(b));
}
