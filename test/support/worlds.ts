/**
 * Arbitrary councils: people with every trait that hides, ends or confuses care, the bundle parts
 * that say so, and, reckoned apart from the code under test, what may be disclosed of them.
 * The day is 30 September 2026; the agreement does not show care at full cost.
 */
import fc from 'fast-check';
import { mostly } from './arbitraries.ts';
import { care, nhs, numbers, restrictions, safeguarding, services } from './import-lines.ts';
import type { CareLine, ReferralLine, RestrictionLine, UndatedPart } from './import-lines.ts';

const kinds = [
  'home', 'day', 'planned', 'ended', 'ended-long-ago', 'hidden', 'direct', 'direct-mechanism', 'full-cost', 'self-funded',
  'carer', 'assessment', 'unread',
] as const; // prettier-ignore
export type CareKind = (typeof kinds)[number];

type Named = 'id' | 'number' | 'both' | 'old';

export interface WorldPerson {
  /** What each line of the care part is; none: the care part does not know the person. */
  readonly care: readonly CareKind[];
  readonly birth: 'adult' | 'just-18' | 'nearly-18' | 'child' | 'missing' | 'differs' | 'child-too';
  readonly number: 'good' | 'missing' | 'spreadsheet' | 'differs' | 'shared';
  /** What the numbers part says: an older number, or two, lead to this one; this one was withdrawn, or runs in a circle. */
  readonly change: 'none' | 'superseded' | 'chain' | 'withdrawn' | 'circle';
  readonly died: boolean;
  readonly restricted: { readonly by: Named; readonly when: 'now' | 'past' | 'future' | 'unread' } | null;
  readonly referral: { readonly by: Named | 'next'; readonly state: 'open' | 'closed' | 'parked' } | null;
}

const person = (mixed: boolean): fc.Arbitrary<WorldPerson> =>
  fc.record({
    care: fc.array(fc.constantFrom(...kinds), { maxLength: 3 }),
    birth: mostly<WorldPerson['birth']>(
      'adult',
      fc.constantFrom('just-18', 'nearly-18', 'child', 'missing', 'differs', 'child-too'),
      3,
    ),
    number: mostly<WorldPerson['number']>(
      'good',
      mixed ? fc.constantFrom('missing', 'spreadsheet', 'differs', 'shared') : fc.constantFrom('missing', 'differs'),
      5,
    ),
    change: mostly<WorldPerson['change']>('none', fc.constantFrom('superseded', 'superseded', 'chain', 'withdrawn', 'circle'), 3), // prettier-ignore
    died: mostly(false, fc.constant(true), 9),
    restricted: mostly<WorldPerson['restricted']>(
      null,
      fc.record({
        by: fc.constantFrom<Named[]>('id', 'number', 'both', 'old'),
        when: fc.constantFrom('now', 'now', 'past', 'future', 'unread'),
      }),
      3,
    ),
    referral: mostly<WorldPerson['referral']>(
      null,
      fc.record({
        by: fc.constantFrom<(Named | 'next')[]>('id', 'number', 'both', 'old', ...(mixed ? (['next'] as const) : [])),
        state: fc.constantFrom('open', 'open', 'closed', 'parked'),
      }),
      2,
    ),
  });

/** People of one council. @param mixed whether one may be mixed up with the next */
export function people(least: number, most: number, mixed = true): fc.Arbitrary<WorldPerson[]> {
  return fc.array(person(mixed), { minLength: least, maxLength: most });
}

/** One person alone, never mixed up with another. */
export const alone = person(false);

const pool = Array.from({ length: 400 }, (_, at) => nhs(at));
const own = (at: number, which: number): string => pool[at * 4 + which] ?? '';
/** A person's numbers: the one in the care part, two older ones, and one that contradicts it. */
export const mainOf = (all: readonly WorldPerson[], at: number): string =>
  own(all[at]?.number === 'shared' && at > 0 ? at - 1 : at, 0);
export const olderOf = (at: number): string => own(at, 1);
const oldestOf = (at: number): string => own(at, 2);
const otherOf = (at: number): string => own(at, 3);

const births = {
  adult: '03/03/1941',
  'just-18': '30/09/2008',
  'nearly-18': '01/10/2008',
  child: '05/05/2012',
  missing: '',
  differs: '03/03/1941',
  'child-too': '03/03/1941',
};
/** The birth date of a person's (first) lines, as it is typed; an adult's where there is none. */
export function birthOf({ birth }: WorldPerson): string {
  return (births[birth] || births.adult).split('/').reverse().join('-');
}

const lineOf: Record<CareKind, Partial<CareLine>> = {
  home: {},
  day: { component: 'Day support', mechanism: '' },
  planned: { start: '01/11/2026' },
  ended: { end: '20/09/2026' },
  'ended-long-ago': { end: '01/03/2026' },
  hidden: { component: 'Equipment' },
  direct: { component: 'Direct payment', mechanism: '' },
  'direct-mechanism': { mechanism: 'Direct payment' },
  'full-cost': { funding: 'Fully client funded' },
  'self-funded': { mechanism: 'Self-Funder Metering Only' },
  carer: { client: 'Unpaid carer', component: 'Unpaid carer respite' },
  assessment: { event: 'Assessment' },
  unread: { component: 'Moonlight support' },
};

/** The provider's name on a line says whose and which it is, so that a leak names itself. */
export const markOf = (at: number, line: number, kind: CareKind): string => `P${at}-L${line}-${kind}`;

function careLines(all: readonly WorldPerson[]): CareLine[] {
  return all.flatMap((one, at) => {
    const number = { good: mainOf(all, at), shared: mainOf(all, at), differs: mainOf(all, at), missing: '', spreadsheet: '9.99E+09' }[one.number]; // prettier-ignore
    const base = { id: `M${at}`, number, born: births[one.birth], family: `Family${at}`, given: `Given${at}` };
    const lines = one.care.map((kind, line): CareLine => ({
      ...base,
      ...(one.died ? { died: '01/09/2026' } : {}),
      ...lineOf[kind],
      ref: `S${line}`,
      cqc: '',
      cqcName: markOf(at, line, kind),
    })); // prettier-ignore
    if (lines.length === 0) return [];
    if (one.birth === 'differs') lines.push({ ...base, born: '04/03/1941', event: 'Review' });
    if (one.birth === 'child-too') lines.push({ ...base, born: '04/03/2012', event: 'Review' });
    if (one.number === 'differs') lines.push({ ...base, number: otherOf(at), event: 'Review' });
    return lines;
  });
}

function named(all: readonly WorldPerson[], at: number, by: Named | 'next'): { id?: string; number?: string } {
  const id = `M${at}`;
  const number = mainOf(all, at);
  return { id: { id }, number: { number }, both: { id, number }, old: { number: olderOf(at) }, next: { id, number: mainOf(all, at + 1) } }[by]; // prettier-ignore
}

function changesOf(all: readonly WorldPerson[]): [old: string, fresh: string, reason?: string][] {
  return all.flatMap(({ change }, at) => {
    const [main, older, oldest] = [mainOf(all, at), olderOf(at), oldestOf(at)];
    return {
      none: [],
      superseded: [[older, main]],
      chain: [[oldest, older], [older, main, 'Merged']],
      withdrawn: [[main, '', 'Invalidated']],
      circle: [[older, main], [main, older]],
    }[change] as [string, string, string?][];
  });
} // prettier-ignore

/** The parts of a bundle that say all this. */
export function partsOf(council: string, all: readonly WorldPerson[]): UndatedPart[] {
  const restricted = all.flatMap(({ restricted: how }, at): RestrictionLine[] => {
    if (!how) return [];
    const dates = { now: {}, past: { until: '29/09/2026' }, future: { from: '01/10/2026' }, unread: { from: '31/02/2026' } }[how.when]; // prettier-ignore
    return [{ ...named(all, at, how.by), ...dates }];
  });
  const referrals = all.flatMap(({ referral }, at): ReferralLine[] => {
    if (!referral) return [];
    const state = { open: {}, closed: { status: 'Closed', closed: '20/09/2026' }, parked: { status: 'Parked' } }[referral.state]; // prettier-ignore
    return [{ ...named(all, at, referral.by), ...state, ref: `SG${at}` }];
  });
  const foreign: CareLine = { id: 'M0', number: mainOf(all, 0), laCode: 'ELSEWHERE', cqcName: 'FOREIGN' };
  return [
    care(council, [...careLines(all), foreign]),
    safeguarding(council, referrals),
    restrictions(council, restricted),
    numbers(changesOf(all)),
    services(),
  ];
}

/** What a look-up may say, or that nothing may be disclosed. */
export type Expectation =
  | { readonly discloses: false }
  | {
      readonly discloses: true;
      readonly who: number;
      readonly kind: 'care' | 'no-care' | 'died' | 'cannot-show';
      /** Marks of the packages that must be shown, no more and no fewer. */
      readonly open: readonly string[];
      readonly ended: readonly string[];
      readonly safeguarding: 'open' | 'none-recorded' | 'not-available';
    };

const nothing: Expectation = { discloses: false };

/** Where a number leads: to the one that stands now, to none, or nobody knows where. */
function leadsTo(all: readonly WorldPerson[], number: string): string {
  const changes = changesOf(all);
  let current = number;
  for (let steps = 0; steps < 10; steps++) {
    const next = new Set(changes.filter(([old]) => old === current).map(([, fresh]) => fresh));
    if (next.size === 0) return current;
    if (next.size > 1) return 'conflict';
    [current = ''] = next;
    if (current === '') return 'withdrawn';
  }
  return 'conflict';
}

/** Reckons what must be answered to somebody who types a number and a birth date. */
export function expect(all: readonly WorldPerson[], number: string, birth: string): Expectation {
  const target = leadsTo(all, number);
  if (target === 'conflict' || target === 'withdrawn') return nothing;
  const isOne = (other: string | undefined): boolean => other !== undefined && leadsTo(all, other) === target;
  const claimants = [
    ...new Set(
      careLines(all)
        .filter((line) => isOne(line.number || undefined))
        .map(({ id }) => id),
    ),
  ];
  const [id] = claimants;
  const at = Number(id?.slice(1));
  const one = all[at];
  if (claimants.length !== 1 || !one || one.number === 'differs') return nothing;
  if (!['adult', 'just-18'].includes(one.birth) || birthOf(one) !== birth) return nothing;
  const linked = linkedTo(all, at, isOne);
  const hidden = all.some(({ restricted }, from) => {
    if (!restricted || !['now', 'unread'].includes(restricted.when)) return false;
    const line = named(all, from, restricted.by);
    return isOne(line.number) || linked.has(line.id ?? '');
  });
  if (hidden) return nothing;
  const marks = (...wanted: CareKind[]): string[] =>
    one.care.flatMap((kind, line) => (wanted.includes(kind) ? [markOf(at, line, kind)] : []));
  const open = marks('home', 'day', 'planned');
  const kind = one.died ? 'died' : open.length > 0 ? 'care' : one.care.includes('unread') ? 'cannot-show' : 'no-care';
  return {
    discloses: true,
    who: at,
    kind,
    open,
    ended: marks('ended'),
    safeguarding: safeguardingOf(all, at, isOne, linked),
  };
}

/** Ids that some line puts beside one of the person's numbers: what stands against them may be about this person. */
function linkedTo(
  all: readonly WorldPerson[],
  at: number,
  isOne: (number: string | undefined) => boolean,
): ReadonlySet<string> {
  const lines = all.flatMap(({ restricted, referral }, from) =>
    [restricted?.by, referral?.by].flatMap((by) => (by ? [named(all, from, by)] : [])),
  );
  return new Set([`M${at}`, ...lines.flatMap(({ id, number }) => (id && isOne(number) ? [id] : []))]);
}

function safeguardingOf(
  all: readonly WorldPerson[],
  at: number,
  isOne: (number: string | undefined) => boolean,
  linked: ReadonlySet<string>,
): 'open' | 'none-recorded' | 'not-available' {
  const lines = all.flatMap(({ referral }, from) =>
    referral && referral.state !== 'closed'
      ? [{ ...named(all, from, referral.by), open: referral.state === 'open' }]
      : [],
  );
  const about = lines.filter(({ id, number }) => isOne(number) || linked.has(id ?? ''));
  if (about.length === 0) return 'none-recorded';
  // A line that names this person by id beside another's number casts doubt on all that name the id.
  const doubt = about.some(({ id, number }) => id === `M${at}` && number !== undefined && !isOne(number));
  const sure = about.some(({ id, open }) => open && (id === undefined || (id === `M${at}` && !doubt)));
  return sure ? 'open' : 'not-available';
}
