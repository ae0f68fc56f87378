/** Writing messages: what is built reads back exactly. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { buildMessage, components, remove, repetitions, segment, subcomponents } from '../../src/hl7/build.ts';
import type { Components, FieldContent, Leaf, Subcomponents } from '../../src/hl7/build.ts';
import type { Repetition } from '../../src/hl7/segment.ts';
import { none, standardSeparators } from '../../src/hl7/separators.ts';
import type { Separators } from '../../src/hl7/separators.ts';
import { parsed } from '../support/hl7-messages.ts';

const header = { 3: 'HOMEWARD', 9: components('ADT', 'A08') };
const build = (fields: Record<number, FieldContent>, separators?: Separators): string =>
  buildMessage(header, [segment('ZZZ', fields)], separators);

describe('a message that is built', () => {
  it('has its fields in their places', () => {
    const text = build({
      1: 'one',
      3: repetitions(components('9990000018', '', '', 'NHS', 'NH'), 'X'),
      4: components(subcomponents('a', 'b'), 'c'),
      5: remove,
      7: components('A&E', remove),
    });
    assert.equal(text, 'MSH|^~\\&|HOMEWARD||||||ADT^A08\rZZZ|one||9990000018^^^NHS^NH~X|a&b^c|""||A\\T\\E^""\r');
  });

  it('may copy what another message sent', () => {
    assert.ok(build({ 2: { asSent: 'a\\F\\^b' } }).endsWith('ZZZ||a\\F\\^b\r'));
  });

  it('cannot have segments or fields that HL7 does not know, or levels without a separator', () => {
    assert.throws(() => buildMessage({}, [segment('zzz', {})]), RangeError);
    assert.throws(() => buildMessage({}, [segment('MSH', {})]), RangeError);
    assert.throws(() => buildMessage({ 2: 'x' }, []), RangeError);
    assert.throws(() => build({ 0: 'x' }), RangeError);
    assert.throws(() => build({ 1000: 'x' }), RangeError);
    const flat = { ...standardSeparators, subcomponent: none };
    assert.throws(() => build({ 1: components(subcomponents('a', 'b')) }, flat), RangeError);
    assert.equal(build({ 1: 'A&E' }, flat), 'MSH|^~\\|HOMEWARD||||||ADT^A08\rZZZ|A&E\r');
  });
});

describe('any message that is built', () => {
  const unit = fc.constantFrom(...'abÉ€😀 "|^~\\&#*\r\n\t\v\x1c\x7fFSTREXbr.0');
  const leaf: fc.Arbitrary<Leaf> = fc.oneof(
    { weight: 6, arbitrary: fc.string({ unit, maxLength: 8 }) },
    fc.constantFrom('""', '"', '\\F\\', '\\', '""""'),
    fc.constant(remove),
  );
  const component: fc.Arbitrary<Leaf | Subcomponents> = fc.oneof(
    leaf,
    fc.array(leaf, { minLength: 2, maxLength: 3 }).map((parts) => subcomponents(...parts)),
  );
  const repetition: fc.Arbitrary<Leaf | Components> = fc.oneof(
    leaf,
    fc.array(component, { minLength: 2, maxLength: 4 }).map((parts) => components(...parts)),
  );
  const field = fc.oneof(
    repetition,
    fc.array(repetition, { minLength: 2, maxLength: 3 }).map((parts) => repetitions(...parts)),
  );
  const fields = fc.array(field, { maxLength: 6 });
  const segments = fc.array(fc.record({ name: fc.constantFrom('PID', 'PV1', 'ZZ9', 'OBX'), fields }), { maxLength: 5 });
  const own = fc
    .uniqueArray(fc.constantFrom(...'|^~\\&#*!?@$:%/-'), { minLength: 6, maxLength: 6 })
    .map(([field = '', component = '', repetition = '', escape = '', subcomponent = '', last = '']) => ({
      field, component, repetition, escape, subcomponent, truncation: last > '?' ? last : none,
    })); // prettier-ignore
  const separators: fc.Arbitrary<Separators> = fc.oneof(fc.constant(standardSeparators), own);

  const leaves = (content: Leaf | Subcomponents): readonly Leaf[] =>
    typeof content === 'object' ? content.subcomponents : [content];
  const parts = (content: Leaf | Components): readonly (readonly Leaf[])[] =>
    typeof content === 'object' ? content.components.map(leaves) : [leaves(content)];
  const check = (read: Repetition, content: Leaf | Components): void => {
    for (const [c, subs] of parts(content).entries()) {
      for (const [s, expected] of subs.entries()) {
        const presence = read.presenceOf(c + 1, s + 1);
        if (expected === remove) assert.equal(presence, 'delete');
        else {
          assert.equal(presence, expected === '' ? 'empty' : 'value');
          assert.equal(read.component(c + 1, s + 1), expected);
        }
      }
    }
  };

  it('reads back exactly: every text, every order to delete, in any separators', () => {
    fc.assert(
      fc.property(segments, separators, (content, chosen) => {
        const text = buildMessage(
          header,
          content.map(({ name, fields: values }) =>
            segment(name, Object.fromEntries(values.map((value, at) => [at + 1, value]))),
          ),
          chosen,
        );
        const message = parsed(Buffer.from(text));
        assert.deepEqual({ ...message.separators }, { ...chosen });
        assert.equal(message.length, content.length + 1);
        for (const [index, { name, fields: values }] of content.entries()) {
          const read = message.at(index + 1);
          assert.equal(read?.name, name);
          assert.equal(read.fieldCount, values.length);
          for (const [at, value] of values.entries()) {
            const found = read.field(at + 1);
            const all = typeof value === 'object' && 'repetitions' in value ? value.repetitions : [value];
            for (const [nth, one] of all.entries()) {
              check(found.rawField === '' ? found : (found.repetitions[nth] ?? found), one as Leaf | Components);
            }
          }
        }
        assert.equal(message.serialise(), text);
      }),
      { numRuns: 3000 },
    );
  });
});
