/**
 * Reads what a question is answered from. The same statements in the same order whoever it is about and whatever bars
 * the answer, so that how long it takes tells nothing (product rule 4): nothing here may return early.
 */
import { barsOf, isOwnPackage, staysInQuestion, strictestTerms } from '../../domain/asking.ts';
import type { AskedAbout, RecordRead } from '../../domain/asking.ts';
import type { Agreement } from '../../domain/agreement.ts';
import { councilPhones } from '../../domain/council-phone.ts';
import { londonDate } from '../../domain/dates.ts';
import { silentSince } from '../../domain/feed-silence.ts';
import { HomewardError } from '../../domain/error.ts';
import type { NhsNumber } from '../../domain/nhs-number.ts';
import type { NoticeTerms } from '../../domain/notice-terms.ts';
import { readPhone } from '../../domain/phone.ts';
import type { PartStates } from '../../domain/record.ts';
import { isConfirmed } from '../../domain/roster-confirmed.ts';
import { rosterInForce } from '../../domain/roster-agreement.ts';
import { isOpen } from '../../domain/stay-course.ts';
import type { Service, StayFound, WhereaboutsFacts } from '../../domain/whereabouts.ts';
import { unused } from '../../domain/policy.ts';
import { askIn } from '../../store/ask-in.ts';
import type { Trx } from '../../store/database.ts';
import { lastHeard } from '../../store/hospital/message-lists.ts';
import type { StoredStay } from '../../store/hospital/stays.ts';
import { readRecord } from '../../store/records.ts';
import type { OnRecord } from '../../store/records.ts';
import { feedStates, staysOfPerson, withUnidentified } from '../../store/whereabouts/facts.ts';
import { listedAt } from '../../store/whereabouts/roster.ts';
import { countsNow } from '../roster/clients.ts';
import { stricterRecord, stricterReferral } from '../../domain/elsewhere.ts';
import { councilsOf, readElsewhere } from '../notices/elsewhere.ts';
import type { Elsewhere } from '../notices/elsewhere.ts';
import { sinceOf } from '../notices/person-stays.ts';
import { permissionNow } from '../notices/standing.ts';
import { askable } from './deps.ts';
import type { WhereaboutsDeps } from './deps.ts';

export interface Asking extends AskedAbout {
  readonly provider: string;
  readonly council: string;
  readonly nhsNumber: NhsNumber;
}

/** What a question is answered from. */
export interface Read {
  readonly facts: WhereaboutsFacts;
  readonly terms: Pick<NoticeTerms, 'permissionToTell' | 'whereabouts'>;
  /** Why the provider may ask; null when it may not, which it is never told. */
  readonly link: 'package' | 'roster' | null;
  /** Whether the provider's list has the person as asked for, confirmed or not. */
  readonly onList: boolean;
  /** All agreements of the council by which it may be asked, whichever of them speaks. */
  readonly usable: readonly Agreement[];
  /** The open stay, where there is just one hospital; never to be told of by itself. */
  readonly stay: StoredStay | null;
  readonly personKey: string | null;
  readonly councilPerson: boolean;
  readonly current: string;
  readonly parts: PartStates;
  /** The council's record, and for which hospital it was read. */
  readonly record: OnRecord;
  readonly readFor: string;
  /** What other councils say, for whoever asks. */
  readonly elsewhere: Elsewhere;
  /** The agreement by which the answer was found; of several the first. */
  readonly agreement: Agreement;
}

/** Reads everything. @returns null when no agreement of the council lets anybody ask, or not any more */
export async function readWhereabouts(
  trx: Trx,
  deps: WhereaboutsDeps,
  asking: Asking,
  now: Date,
): Promise<Read | null> {
  const { provider, council, nhsNumber, birthDate } = asking;
  const usable = askable(deps, council, now);
  const [first] = usable;
  if (!first) return null;
  const elsewhere = await readElsewhere(trx, deps, council, nhsNumber, now);
  const record = await readRecord(askIn(trx), council, nhsNumber, first.hospital, now);
  const { current, person } = record.found;
  const numbers = [...new Set([nhsNumber, current])];
  const stays = staysInQuestion(await staysOfPerson(trx, councilsOf(deps), numbers), birthDate);
  const listed = (await listedAt(trx, numbers, birthDate)).find(
    (one) => one.provider === provider && countsNow(one, deps, now),
  );
  const roster = rosterInForce(deps.rosters, provider, londonDate(now));
  const services = await servicesNow(trx, deps, council, now);
  const open = stays.filter(({ status }) => isOpen(status));
  const counts = { ...unused, mismatchesOnPerson: record.mismatches.lately };
  const personKey = person?.personKey ?? listed?.personKey ?? null;
  const reads: RecordRead[] = [];
  for (const agreement of usable) {
    const { hospital } = agreement;
    const about = { hospital, council, personKey, birthDate };
    const here = open.find(({ organisation }) => organisation === hospital) ?? null;
    const permission = await permissionNow(trx, about, numbers, sinceOf(here, now));
    reads.push({ agreement, found: record.found, parts: record.parts, counts, permission });
  }
  // In one hospital its own agreement speaks; a "no" is the word of all.
  const at = new Set(open.map(({ organisation }) => organisation));
  const here = at.size === 1 ? reads.filter(({ agreement }) => at.has(agreement.hospital)) : [];
  const speaking = here.length > 0 ? here : reads;
  const packaged = reads.some((read) => isOwnPackage(read, provider, asking, now));
  const onList = listed !== undefined && roster?.terms.whereabouts === true;
  const confirmed = onList && isConfirmed(birthDate, [person?.birthDate ?? null, ...elsewhere.births], stays);
  const link = packaged ? 'package' : confirmed ? 'roster' : null;
  const bars = barsOf(speaking, asking, now);
  return {
    facts: {
      isOwnClient: link !== null,
      services,
      stays: stays.map((stay) => foundAt(deps, stay)),
      bars: {
        ...bars,
        record: stricterRecord(bars.record, elsewhere.record),
        referral: stricterReferral(bars.referral, elsewhere.referral),
      },
      councilPhone: phoneOf(deps, council, now),
      now,
    },
    terms: strictestTerms(speaking.map(({ agreement }) => agreement)),
    link,
    onList,
    usable,
    stay: at.size === 1 ? (open[0] ?? null) : null,
    personKey,
    councilPerson: person !== null,
    current,
    parts: record.parts,
    record,
    readFor: first.hospital,
    elsewhere,
    agreement: speaking[0]?.agreement ?? first,
  };
}

/** Every service of the site, with how fresh its feed is. One that this council's people cannot be searched in has none. */
async function servicesNow(trx: Trx, deps: WhereaboutsDeps, council: string, now: Date): Promise<Service[]> {
  const feeds = deps.feeds.filter(({ enabled }) => enabled);
  const ids = feeds.map(({ id }) => id);
  const heard = await lastHeard(trx, ids);
  const states = await feedStates(trx, ids, now);
  const unidentified = await withUnidentified(trx, deps.hospitals.map(({ id }) => id)); // prettier-ignore
  const searchable = new Set(askable(deps, council, now).map(({ hospital }) => hospital));
  return deps.hospitals.flatMap(({ id, name, services }) => {
    const own = services.length > 0 ? services : [{ name, feed: null, complete: false }];
    return own.map((service): Service => {
      const feed = searchable.has(id) ? feeds.find((one) => one.id === service.feed) : undefined;
      const last = feed ? (heard.get(feed.id) ?? null) : null;
      const state = feed && states.get(feed.id);
      const common = { hospital: name, name: service.name, someNotIdentified: unidentified.has(id) };
      if (!feed || last === null || silentSince(feed.silence, last, now) !== null) {
        return { ...common, asAt: null, freshFor: 0, complete: false };
      }
      // What waits to be applied is not known yet: the picture is as old as the first of it.
      const asAt = state?.waitingSince && state.waitingSince < last ? state.waitingSince : last;
      const freshFor = Math.max(feed.silence.day, feed.silence.night);
      return { ...common, asAt, freshFor, complete: service.complete && state?.unread === false };
    });
  });
}

function foundAt({ hospitals }: WhereaboutsDeps, stay: StoredStay): StayFound {
  const { status, since, startedAt, staleAt, cautions, organisation, person } = stay;
  const hospital = hospitals.find(({ id }) => id === organisation);
  return {
    hospital: hospital?.name ?? organisation ?? '',
    phone: readPhone(hospital?.phone) ?? { text: '', href: null },
    died: person.died,
    status,
    since,
    startedAt,
    staleAt,
    cautions,
  };
}

function phoneOf({ councils, holidays }: WhereaboutsDeps, id: string, now: Date): WhereaboutsFacts['councilPhone'] {
  const council = councils.find((one) => one.id === id);
  if (!council) throw new HomewardError('NOT_ALLOWED');
  return councilPhones(council, now, holidays).now.phone;
}
