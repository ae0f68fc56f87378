/** How much hangs together: what would make a cluster larger than one person's can be must not get in. */
import { sql } from 'kysely';
import { isWayOut, keysOf } from '../../domain/stay-event.ts';
import type { HospitalEvent } from '../../domain/stay-event.ts';
import type { Trx } from '../database.ts';
import { contentsOf } from './event-content.ts';

/** From this part of what may be on, somebody should look. */
const nearlyFull = 0.8;

/** Places of sayings by what they do to the size of what hangs together. */
export interface Crowded {
  /** They would make more of it than may be. */
  readonly over: ReadonlySet<number>;
  /** With them, more than four fifths of that are reached. */
  readonly nearly: ReadonlySet<number>;
}

/**
 * Which sayings would make a cluster of more statements than may be; what each says counts for those after it.
 * One that only repeats what is kept is none of them. What ends something of a patient and visit that hang together
 * already, or takes it back, may come to as many again: the days of a long stay must not bar its own discharge.
 * @param sayings statements of one message each, in order
 */
export async function tooMany(
  trx: Trx,
  feed: string,
  sayings: readonly (readonly HospitalEvent[])[],
  most: number,
): Promise<Crowded> {
  const keys = [...new Set(sayings.flatMap((events) => events.flatMap(keysOf)))];
  if (keys.length === 0) return { over: new Set(), nearly: new Set() };
  const { rows } = await sql<{ key: string; cluster: string; size: number }>`
    with known as materialized (select key, cluster from stay_key where key = any(${keys}::text[]))
    select k.key, k.cluster, s.size from known k
    join (select e.cluster, count(*)::integer as size from stay_event e
      where e.cluster in (select cluster from known) group by e.cluster) s on s.cluster = k.cluster`.execute(trx.sql);
  const sizes = new Sizes(rows);
  const [over, nearly] = [new Set<number>(), new Set<number>()];
  const fits = (event: HospitalEvent, more: number): boolean => {
    const own = keysOf(event);
    return sizes.with(own, more) <= (isWayOut(event) && sizes.hangTogether(own) ? 2 * most : most);
  };
  for (const [place, events] of sayings.entries()) {
    if (events.every((event) => fits(event, events.length))) for (const event of events) sizes.join(keysOf(event));
    else over.add(place);
    if (events.some((event) => sizes.with(keysOf(event), 0) > most * nearlyFull)) nearly.add(place);
  }
  return { over: over.size === 0 ? over : await withoutRepetitions(trx, feed, sayings, over), nearly };
}

async function withoutRepetitions(
  trx: Trx,
  feed: string,
  sayings: readonly (readonly HospitalEvent[])[],
  over: ReadonlySet<number>,
): Promise<Set<number>> {
  const contents = new Map([...over].map((place) => [place, contentsOf(sayings[place] ?? [])]));
  const kept = await trx.sql
    .selectFrom('stay_event')
    .select('content')
    .where('feed', '=', feed)
    .where(sql<boolean>`content = any(${[...contents.values()].flat()}::uuid[])`)
    .execute();
  const known = new Set(kept.map(({ content }) => content));
  return new Set([...over].filter((place) => contents.get(place)?.some((content) => !known.has(content))));
}

/** Groups of keys, each with the number of its statements. */
class Sizes {
  readonly #parents = new Map<string, string>();
  readonly #sizes = new Map<string, number>();

  constructor(known: readonly { readonly key: string; readonly cluster: string; readonly size: number }[]) {
    for (const { key, cluster, size } of known) {
      // A cluster is a node among the keys, by a name that no key has.
      this.#parents.set(key, ` ${cluster}`);
      this.#sizes.set(` ${cluster}`, size);
    }
  }

  /** How many statements there would be with some more that join these keys. */
  with(keys: readonly string[], more: number): number {
    return [...new Set(keys.map((key) => this.#root(key)))].reduce((sum, root) => sum + this.#sizeOf(root), more);
  }

  /** Whether keys are of one group that is there already. */
  hangTogether(keys: readonly string[]): boolean {
    const roots = new Set(keys.map((key) => this.#root(key)));
    return roots.size === 1 && [...roots].every((root) => this.#sizeOf(root) > 0);
  }

  /** Joins keys by one statement. */
  join(keys: readonly string[]): void {
    const [first, ...others] = new Set(keys.map((key) => this.#root(key)));
    if (first === undefined) return;
    this.#sizes.set(first, this.with(keys, 1));
    for (const other of others) this.#parents.set(other, first);
  }

  #sizeOf(root: string): number {
    return this.#sizes.get(root) ?? 0;
  }

  #root(key: string): string {
    let root = key;
    for (let next = this.#parents.get(root); next !== undefined; next = this.#parents.get(root)) root = next;
    if (root !== key) this.#parents.set(key, root);
    return root;
  }
}
