/** Which keys belong together: those of one statement, those of one cluster, and what these join. */

/** Keys that belong together, and the clusters in which some of them are already, the oldest first. */
export interface KeyGroup {
  readonly keys: readonly string[];
  readonly clusters: readonly string[];
}

/**
 * Joins keys.
 * @param statements the keys of each statement
 * @param known clusters of the keys that have one
 */
export function joinKeys(statements: readonly (readonly string[])[], known: ReadonlyMap<string, string>): KeyGroup[] {
  const parents = new Map<string, string>();
  const rootOf = (node: string): string => {
    let root = node;
    for (let next = parents.get(root); next !== undefined; next = parents.get(root)) root = next;
    for (let at = node; at !== root;) {
      const next = parents.get(at) ?? root;
      parents.set(at, root);
      at = next;
    }
    return root;
  };
  const join = (a: string, b: string): void => {
    const [one, other] = [rootOf(a), rootOf(b)];
    if (one !== other) parents.set(one, other);
  };
  const all = new Set(statements.flat());
  for (const keys of statements) for (const key of keys) join(key, keys[0] ?? key);
  // A cluster is a node among the keys, by a name that no key has.
  for (const key of all) {
    const cluster = known.get(key);
    if (cluster !== undefined) join(key, ` ${cluster}`);
  }
  const groups = new Map<string, { keys: string[]; clusters: Set<string> }>();
  for (const key of all) {
    const root = rootOf(key);
    const group = groups.get(root) ?? { keys: [], clusters: new Set() };
    groups.set(root, group);
    group.keys.push(key);
    const cluster = known.get(key);
    if (cluster !== undefined) group.clusters.add(cluster);
  }
  return [...groups.values()].map(({ keys, clusters }) => ({
    keys,
    clusters: [...clusters].sort((a, b) => a.length - b.length || (a < b ? -1 : 1)),
  }));
}
