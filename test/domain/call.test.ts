/** When the caution beside a number that was found to be wrong ends by itself. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { endedNow, phoneKey } from '../../src/domain/call.ts';
import type { GivenNow } from '../../src/domain/call.ts';

const number = '01632 960102';
const lastAt = new Date('2026-09-01T09:00:00Z');
const report = { phoneKey: phoneKey(number), lastAt };
const nobody: GivenNow = { council: [], others: [], own: null };
const later = new Date(lastAt.getTime() + 60_000);

describe('a reported number', () => {
  it('is one and the same however it is written, and nobody else’s', () => {
    for (const text of ['01632 960102', '01632\u00a0960\u00a0102', '+44 1632 960102', '(01632) 960102', '1632960102'])
      assert.equal(phoneKey(text), report.phoneKey, text);
    assert.notEqual(phoneKey('01632 960103'), report.phoneKey);
    assert.equal(phoneKey('Ask Jane'), phoneKey('ask jane'));
  });

  it('keeps its caution while anybody gives it, and loses it when nobody does (H07)', () => {
    const given = (one: Partial<GivenNow>): unknown => endedNow(report, { ...nobody, ...one });
    assert.equal(given({ council: [{ phones: [null, number], confirmed: null }] }), null);
    assert.equal(given({ others: ['1632960102'] }), null);
    assert.equal(given({ own: { phones: [number], confirmedAt: lastAt } }), null);
    assert.equal(given({}), 'changed');
    assert.equal(given({ others: ['01632 960103', null] }), 'changed');
  });

  it('is confirmed by a later word only, and only by whoever gives that very number (H07)', () => {
    const council = (confirmed: string, phone = number): GivenNow => ({ ...nobody, council: [{ phones: [phone], confirmed }], others: [number] }); // prettier-ignore
    assert.equal(endedNow(report, council('2026-09-01')), null);
    assert.equal(endedNow(report, council('2026-09-02')), 'council-confirmed');
    assert.equal(endedNow(report, council('2026-09-02', '01632 960103')), null);
    const own = (confirmedAt: Date, phone = number): GivenNow => ({ ...nobody, others: [number], own: { phones: [phone], confirmedAt } }); // prettier-ignore
    assert.equal(endedNow(report, own(later)), 'provider-confirmed');
    // Its own other number says nothing of the one that the council still gives.
    assert.equal(endedNow(report, own(later, '01632 960103')), null);
  });

  it('never loses its caution while it is shown and nobody has confirmed it since (H07)', () => {
    const phones = fc.array(fc.constantFrom<string | null>(null, number, '01632 960103', '0800 1111'), {
      maxLength: 3,
    });
    const entry = fc.record({ phones, confirmed: fc.constantFrom(null, '2026-08-01', '2026-09-01', '2026-09-02') });
    const own = fc.option(fc.record({ phones, confirmedAt: fc.constantFrom(lastAt, later) }));
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 3 }), phones, own, (council, others, said) => {
        const shown = [...council.flatMap((one) => one.phones), ...others, ...(said?.phones ?? [])].includes(number);
        const confirmed =
          council.some((one) => one.phones.includes(number) && (one.confirmed ?? '') > '2026-09-01') ||
          (said !== null && said.phones.includes(number) && said.confirmedAt > lastAt);
        const ended = endedNow(report, { council, others, own: said });
        assert.equal(ended === null, shown && !confirmed);
      }),
    );
  });
});
