/** A number that somebody found to be wrong is not the one to phone now (H07). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ShownNumber } from '../../src/domain/answer.ts';
import { wrongNumbersLast } from '../../src/domain/provider-numbers.ts';

const number = (text: string, kind: ShownNumber['kind'], from: ShownNumber['from'] = 'council'): ShownNumber => ({ phone: { text, href: `tel:${text}` }, kind, from }); // prettier-ignore
const night = number('01632 960 102', 'out-of-hours');
const ownNight = number('01632 960 103', 'out-of-hours', 'provider');
const office = number('01632 960 101', 'office');
const texts = (chosen: ReturnType<typeof wrongNumbersLast>): (string | null)[] => [chosen.now?.phone.text ?? null, ...chosen.others.map(({ phone }) => phone.text)]; // prettier-ignore

describe('a number reported as wrong (H07)', () => {
  it('gives its place to the next that answers at this hour, and comes last', () => {
    const chosen = wrongNumbersLast({ now: night, others: [office, ownNight] }, (one) => one === night);
    assert.deepEqual(texts(chosen), ['01632 960 103', '01632 960 101', '01632 960 102']);
  });

  it('gives it to nobody where the only other number answers at other hours: the council is phoned then', () => {
    assert.deepEqual(texts(wrongNumbersLast({ now: night, others: [office] }, (one) => one === night)), [null, '01632 960 101', '01632 960 102']); // prettier-ignore
  });

  it('takes nothing from a right one, and makes none answer that did not', () => {
    assert.deepEqual(texts(wrongNumbersLast({ now: night, others: [office] }, (one) => one === office)), ['01632 960 102', '01632 960 101']); // prettier-ignore
    assert.equal(wrongNumbersLast({ now: null, others: [office, night] }, () => false).now, null);
  });
});
