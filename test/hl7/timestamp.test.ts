/** Times as feeds write them: precision kept, London's clock where no offset is sent. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { formatTimestamp, parseTimestamp } from '../../src/hl7/timestamp.ts';

function read(text: string, offset?: number): string {
  const result = parseTimestamp(text, offset);
  if (!result.ok) return result.fault;
  const { precision, date, instant, clockChange } = result.value;
  return [precision, instant?.toISOString() ?? date ?? 'no day', clockChange ?? ''].join(' ').trim();
}

describe('a time', () => {
  it('has the precision that was sent', () => {
    assert.equal(read('1941'), 'year no day');
    assert.equal(read('194103'), 'month no day');
    assert.equal(read('19410314'), 'day 1941-03-14');
    assert.equal(read('2026010213'), 'hour 2026-01-02T13:00:00.000Z');
    assert.equal(read('202601021304'), 'minute 2026-01-02T13:04:00.000Z');
    assert.equal(read('20260102130405'), 'second 2026-01-02T13:04:05.000Z');
    assert.equal(read('20260102130405.6'), 'fraction 2026-01-02T13:04:05.600Z');
    assert.equal(read('20260102130405.123456'), 'fraction 2026-01-02T13:04:05.123Z');
  });

  it('may be written with dashes and colons', () => {
    assert.equal(read('2025-05-05 23:23:32'), 'second 2025-05-05T22:23:32.000Z');
    assert.equal(read('2025-05-05T23:23'), 'minute 2025-05-05T22:23:00.000Z');
    assert.equal(read('2025-05-05T23:23:32.5Z'), 'fraction 2025-05-05T23:23:32.500Z');
    assert.equal(read('2025-05-05T23:23:32+01:00'), 'second 2025-05-05T22:23:32.000Z');
    assert.equal(read('2025-05-05'), 'day 2025-05-05');
    assert.equal(read(' 20250505 '), 'day 2025-05-05');
  });

  it('with an offset is that instant, and keeps the day as written', () => {
    assert.equal(read('20260628213000+0000'), 'second 2026-06-28T21:30:00.000Z');
    assert.equal(read('20260628213000+0100'), 'second 2026-06-28T20:30:00.000Z');
    assert.equal(read('202606282130-0330'), 'minute 2026-06-29T01:00:00.000Z');
    assert.equal(read('20260628213000.123+0000'), 'fraction 2026-06-28T21:30:00.123Z');
    assert.equal(read('19410314+0000'), 'day 1941-03-14');
    const late = parseTimestamp('20260629003000+0100');
    assert.ok(late.ok);
    assert.equal(late.value.date, '2026-06-29');
    assert.equal(late.value.offset, 60);
  });

  it('may have lost its offset but for the sign', () => {
    assert.equal(read('19760121+'), 'day 1976-01-21');
    assert.equal(read('202601021304-'), 'minute 2026-01-02T13:04:00.000Z');
  });

  it('without an offset is London’s, summer and winter, unless the caller knows better', () => {
    assert.equal(read('20260628213000'), 'second 2026-06-28T20:30:00.000Z');
    assert.equal(read('20261228213000'), 'second 2026-12-28T21:30:00.000Z');
    assert.equal(read('20260628213000', 0), 'second 2026-06-28T21:30:00.000Z');
    assert.equal(read('20260628213000+0200', 0), 'second 2026-06-28T19:30:00.000Z');
    assert.equal(read('196912251200'), 'minute 1969-12-25T11:00:00.000Z', 'British Standard Time');
    assert.equal(read('194306011200'), 'minute 1943-06-01T10:00:00.000Z', 'double summer time');
  });

  it('in the hour that clocks show twice is the first, and says so', () => {
    assert.equal(read('20261025005959'), 'second 2026-10-24T23:59:59.000Z');
    assert.equal(read('20261025010000'), 'second 2026-10-25T00:00:00.000Z repeated');
    assert.equal(read('20261025015959'), 'second 2026-10-25T00:59:59.000Z repeated');
    assert.equal(read('20261025020000'), 'second 2026-10-25T02:00:00.000Z');
    assert.equal(read('20261025013000+0000'), 'second 2026-10-25T01:30:00.000Z');
  });

  it('in the hour that clocks skip is read as before the change, and says so', () => {
    assert.equal(read('20260329005959'), 'second 2026-03-29T00:59:59.000Z');
    assert.equal(read('20260329013000'), 'second 2026-03-29T01:30:00.000Z skipped');
    assert.equal(read('20260329020000'), 'second 2026-03-29T01:00:00.000Z');
  });
});

describe('what is no time', () => {
  it('has its own fault', () => {
    for (const text of ['', '  ', '""']) assert.equal(read(text), 'missing');
    for (const text of ['0', '00000000', '00000000000000', '00000000000000.000']) assert.equal(read(text), 'zeros');
    for (const text of ['1941031', '19410314 1200', '14/03/1941', '202601021', '20260102130', 'today', '+0100', '20260102130405+1', '2026-1-2', '2026-05-05 23', '202601021304051', '20260102130405.']) {
      assert.equal(read(text), 'format', text);
    } // prettier-ignore
    for (const text of ['20260231', '20261301', '20260100', '2026010224', '202601021360', '20260102130460', '18490101', '99991231', '20260102130405+9900', '20260102130405+0199', '20250229']) {
      assert.equal(read(text), 'not-a-time', text);
    } // prettier-ignore
  });

  it('never throws, whatever the text', () => {
    const unit = fc.constantFrom(...'0123456789+-.:TZ "');
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit, maxLength: 30 }), fc.string()), (text) => {
        const result = parseTimestamp(text);
        assert.ok(!result.ok || !Number.isNaN(result.value.instant?.getTime() ?? 0));
      }),
      { numRuns: 5000 },
    );
  });
});

describe('a time that is written', () => {
  it('is London’s, to the second', () => {
    assert.equal(formatTimestamp(new Date('2026-06-28T23:30:09Z')), '20260629003009');
    assert.equal(formatTimestamp(new Date('2026-01-02T03:04:05Z'), true), '20260102030405+0000');
    assert.equal(formatTimestamp(new Date('2026-06-28T23:30:09Z'), true), '20260629003009+0100');
  });

  it('with its offset reads back as the same instant, at any hour of any year', () => {
    const seconds = fc.integer({ min: Date.UTC(1975, 0) / 1000, max: Date.UTC(2037, 0) / 1000 });
    const changes = fc.constantFrom(
      '2026-10-25T00:30:00Z',
      '2026-10-25T01:30:00Z',
      '2026-03-29T00:59:59Z',
      '2026-03-29T01:00:00Z',
    );
    fc.assert(
      fc.property(fc.oneof(seconds.map((second) => new Date(second * 1000)), changes.map((text) => new Date(text))), (at) => {
        const exact = parseTimestamp(formatTimestamp(at, true));
        assert.ok(exact.ok);
        assert.equal(exact.value.instant?.getTime(), at.getTime());
        const local = parseTimestamp(formatTimestamp(at));
        assert.ok(local.ok);
        const off = at.getTime() - (local.value.instant?.getTime() ?? 0);
        assert.ok(off === 0 || (off === 3_600_000 && local.value.clockChange === 'repeated'), `off by ${off}`);
      }),
      { numRuns: 2000 },
    ); // prettier-ignore
  });
});
