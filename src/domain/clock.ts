/**
 * Time is handed in, never taken: a nurse's "phone to use now", a session's idle limit and
 * the age of an extract must all be testable at 2:59am on a bank holiday.
 */
export interface Clock {
  /** The present instant. */
  now(): Date;
}

/**
 * A clock that stands still, for tests and for replaying a bundle "as if it were then".
 * @param instant ISO 8601 instant with offset, for example `2026-09-30T06:00:00+01:00`
 */
export function fixedClock(instant: string): Clock {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) throw new RangeError(`Not an instant: ${instant}`);
  return { now: () => new Date(at) };
}
