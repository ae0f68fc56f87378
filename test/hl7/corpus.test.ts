/** The messages of other projects: all are read, and as an independent parser (Debian's python3-hl7) reads them. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ackCode, buildAck } from '../../src/hl7/ack.ts';
import type { Message } from '../../src/hl7/message.ts';
import { allFixtures, parsed } from '../support/hl7-messages.ts';
import { readShared, sharedMessages } from '../support/hl7-mutations.ts';

const shared = readShared();
const away = shared.length > 0 ? false : 'the shared messages are not here';

/** Segments, their fields, and of each its repetitions, components and subcomponents: all as they were sent. */
type Taken = readonly (readonly (readonly (readonly (readonly string[])[])[])[])[];

/** Reads a list of texts, writes what the library makes of each: one process for all of them. */
const script = `
import json, sys, hl7
def down(part, separator, depth):
    if depth == 0:
        return part if isinstance(part, str) else str(part)
    parts = [part] if isinstance(part, str) else list(part)
    return [down(one, separator, depth - 1) for one in parts]
found = []
for text in json.load(sys.stdin):
    try:
        found.append([[down(field, '', 3) for field in segment] for segment in hl7.parse(text)])
    except Exception as error:
        found.append(repr(error))
json.dump(found, sys.stdout)
`;

/** A Python that has the library; the system's own stands behind others that may come first in the path. */
const python = ['python3', '/usr/bin/python3'].find((name) => spawnSync(name, ['-c', 'import hl7']).status === 0);
const noPython = python === undefined ? 'no python3 with the module hl7 (Debian: python3-hl7)' : false;

function independently(texts: readonly string[]): readonly (Taken | string)[] {
  const input = JSON.stringify(texts);
  const run = spawnSync(python ?? '', ['-c', script], { input, encoding: 'utf8', maxBuffer: 1e9, timeout: 60_000 });
  assert.equal(run.status, 0, run.stderr);
  return JSON.parse(run.stdout) as (Taken | string)[];
}

function taken(message: Message): Taken {
  const { component, subcomponent, repetition } = message.separators;
  return message.segments().map((segment) =>
    Array.from({ length: segment.fieldCount + 1 }, (_, number) => {
      if (number === 0) return [[[segment.name]]];
      const field = segment.field(number);
      if (segment.name === 'MSH' && number <= 2) return [[[field.rawField]]];
      return field.rawField
        .split(repetition)
        .map((one) => one.split(component).map((part) => part.split(subcomponent)));
    }),
  );
}

describe('the messages beside the checkout', { skip: away }, () => {
  it('are all that the index names', () => {
    const index = JSON.parse(readFileSync(join(sharedMessages, 'index.json'), 'utf8')) as { file: string }[];
    assert.deepEqual(
      shared.map(({ file }) => file),
      index.map(({ file }) => file).sort(),
    );
    assert.equal(shared.length, 204);
  });

  it('are all read, and answered with their own control id', () => {
    for (const { file, bytes } of shared) {
      const message = parsed(bytes);
      assert.ok(message.segments().length >= 1, file);
      assert.deepEqual(message.flags, [], file);
      const code = ackCode(message, 'accepted') ?? 'AA';
      const reply = parsed(buildAck(message, { code, at: new Date(0), controlId: '1' }));
      assert.equal(reply.value('MSA', 2), message.value('MSH', 10), file);
    }
  });
});

it('segments, fields and their parts are what python3-hl7 finds', { skip: noPython }, (t) => {
  const cases = [...allFixtures.map((bytes, at) => ({ file: `fixture ${at}`, bytes })), ...shared];
  const texts = cases.map(({ bytes }) =>
    bytes
      .toString('latin1')
      .replace(/\r\n?|\n/g, '\r')
      .replace('\x92', '’'),
  );
  const found = independently(texts);
  const unread: string[] = [];
  for (const [at, { file, bytes }] of cases.entries()) {
    const theirs = found[at];
    if (theirs === undefined || typeof theirs === 'string') {
      unread.push(`${file}: ${theirs}`);
      continue;
    }
    // It keeps blank lines as segments without a name.
    const named = theirs.filter((segment) => segment[0]?.[0]?.[0]?.[0]);
    // It is given Latin-1, so that both read the same characters whatever the message says.
    assert.deepEqual(taken(parsed(bytes, { characterSet: 'latin-1' })), named, file);
  }
  t.diagnostic(
    `agrees on ${cases.length - unread.length} of ${cases.length}; not read by python3-hl7: ${unread.length}`,
  );
  for (const line of unread) t.diagnostic(line);
  assert.ok(unread.length <= cases.length / 50, `${unread.length} were not read by python3-hl7`);
});
