/** Stays that provider's holds depend on, and notices about them, written short and generated. */
import fc from 'fast-check';
import type { HoldFacts } from '../../src/domain/hold-tasks.ts';
import { holdTasks } from '../../src/domain/hold-tasks.ts';
import type { NoticeEvent } from '../../src/domain/notice-event.ts';
import { foldNotice } from '../../src/domain/notice-fold.ts';
import type { NoticeState } from '../../src/domain/notice-state.ts';
import { factKinds } from '../../src/domain/notice.ts';
import type { FactKind, Human, Notice } from '../../src/domain/notice.ts';
import type { HeldStay } from '../../src/domain/stay-end.ts';
import type { Stay } from '../../src/domain/stay.ts';
import { heldStayOf } from '../../src/services/notices/held.ts';
import { pictureOf } from '../../src/store/hospital/stay-rows.ts';
import { event, happening, notice, terms } from './notices.ts';
import { hour, on, patient } from './stays.ts';

/** Somebody admitted at 08:00, and heard of until the evening, unless told otherwise. */
export function heldStay(changes: Partial<HeldStay> = {}): HeldStay {
  return {
    id: 'S1',
    status: 'admitted',
    since: on('08:00'),
    endedAt: null,
    staleAt: on('20 08:00'),
    cautions: [],
    expectedDischarge: null,
    patient: patient('P1'),
    died: false,
    reopenedAt: null,
    ...changes,
  };
}

/** A stay as it is read back from what the store keeps of it. */
export function keptStay(stay: Stay): HeldStay {
  return heldStayOf({ ...pictureOf(stay), stayId: 'S1', version: 1, shelvedAt: null });
}

/** A stay that ended at 12:00. */
export function ended(status: HeldStay['status'], changes: Partial<HeldStay> = {}): HeldStay {
  return heldStay({ status, since: on('12:00'), endedAt: on('12:00'), staleAt: null, ...changes });
}

/** Tasks as `cause party`, at 13:00 unless told otherwise. */
export function tasks(
  stay: HeldStay | null,
  notices: readonly NoticeState[],
  changes: Partial<HoldFacts> = {},
): string[] {
  return holdTasks(facts(stay, notices, changes)).map(({ cause, party }) => `${cause} ${party}`);
}

/** What the tasks of a stay are worked out from. */
export function facts(
  stay: HeldStay | null,
  notices: readonly NoticeState[],
  changes: Partial<HoldFacts> = {},
): HoldFacts {
  return { stayId: 'S1', noStay: false, stay, notices, terms: terms(), mayTell: () => 'tell', closing: () => null, now: on('13:00'), ...changes }; // prettier-ignore
}

/** Notices of one stay, to one or two providers and the council, with anything that may have happened to them. */
export function anyNotices(from: Date, patients: readonly string[]): fc.Arbitrary<NoticeState[]> {
  const one = (index: number): fc.Arbitrary<NoticeState> => {
    const id = `N${index}`;
    return fc
      .record({
        of: fc.constantFrom(...(Object.keys(factKinds) as FactKind[])),
        as: fc.constantFrom<('itself' | 'correction' | 'cancellation')[]>('itself', 'itself', 'itself', 'correction', 'cancellation'),
        thread: fc.constantFrom(id, 'N0'),
        to: fc.constantFrom('PRV1', 'PRV1', 'PRV2', '999'),
        patient: fc.constantFrom(...patients),
        after: fc.nat(72),
        events: fc.array(happening(id), { maxLength: 4 }),
        answer: fc.option(fc.integer({ min: -24, max: 48 }), { freq: 2 }),
      })
      .map(({ of, as, thread, to, patient: who, after, events, answer }) => {
        const createdAt = new Date(from.getTime() + after * hour);
        const recipient: Notice['recipient'] = to === '999' ? { kind: 'council', id: to } : { kind: 'provider', id: to, link: 'package' }; // prettier-ignore
        const what = notice({ id, thread: as === 'itself' ? id : thread, kind: as === 'itself' ? of : as, of, recipient, patient: who, createdAt, deliverFrom: createdAt });
        const by: Human = { id: 'c', name: 'Cora Example', organisation: to };
        const all: NoticeEvent[] = [event('queued', createdAt, { what }, id)];
        for (const happened of events) all.push('by' in happened && happened.kind !== 'taken' ? { ...happened, by } : happened);
        if (answer !== null) {
          const firstVisit = new Date(createdAt.getTime() + answer * hour);
          all.push(event('answered', createdAt, { by, reply: { kind: 'accepted', firstVisit } }, id));
        }
        return foldNotice(all) as NoticeState;
      }); // prettier-ignore
  };
  return fc.nat(5).chain((count) => fc.tuple(...Array.from({ length: count + 1 }, (_, index) => one(index))));
}
