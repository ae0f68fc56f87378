/** Times that were kept as JSON, made times again. */

const instants = new Set(['at', 'goneAt', 'answerBy', 'firstVisit']);

/** A value as it was before it was kept as JSON. */
export function revive<T>(stored: object): T {
  return JSON.parse(JSON.stringify(stored), (key, value: unknown) =>
    instants.has(key) && typeof value === 'string' ? new Date(value) : value,
  ) as T;
}
