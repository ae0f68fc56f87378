/**
 * Remembers what a pure function gave for a text or number: the same few providers' phones and hours
 * stand on every page, and reading one takes longer than reading a person's record.
 * @param most results kept; at that many it begins anew, so that it can never grow without end
 */
export function memo<A extends string | number, R>(work: (given: A) => R, most = 5_000): (given: A) => R {
  const known = new Map<A, R>();
  return (given) => {
    const found = known.get(given);
    if (found !== undefined || known.has(given)) return found as R;
    if (known.size >= most) known.clear();
    const result = work(given);
    known.set(given, result);
    return result;
  };
}
