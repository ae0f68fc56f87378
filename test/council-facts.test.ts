/** What is remembered of a council's providers: never more than so many, and never fewer than were asked for. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CouncilFactsReader } from '../src/store/council-facts.ts';
import type { ProviderKey } from '../src/store/council-facts.ts';
import { Database } from '../src/store/database.ts';
import type { Engine } from '../src/store/engine.ts';

const key = (n: number): ProviderKey => ({ cqc_location_id: `1-${n}`, local_reference: null });
const keys = (from: number, to: number): ProviderKey[] => Array.from({ length: to - from }, (_, n) => key(from + n));

/** A council whose every provider is called by its key. @param asked told how many each statement asks for */
function readerOf(asked: number[]): CouncilFactsReader {
  const engine: Engine = {
    kind: 'embedded',
    acquire: () => Promise.reject(new Error('Nothing here needs a connection')),
    close: () => Promise.resolve(),
    ask(statement, [, cqc]) {
      if (statement.name === 'council-facts') {
        return Promise.resolve({ rows: [{ bundle: '1', parts: null, labels: null }], affected: 0 });
      }
      const ids = cqc as string[];
      asked.push(ids.length);
      const rows = ids.map((id) => ({
        bundle: '1',
        cqc_location_id: id,
        local_reference: null,
        contact: { name: id },
        directory: null,
      }));
      return Promise.resolve({ rows, affected: 0 });
    },
  };
  return new CouncilFactsReader(new Database(engine));
}

const nameOf = (facts: Awaited<ReturnType<CouncilFactsReader['at']>>, n: number): string | undefined =>
  facts?.provider(key(n)).contact?.name;

describe('the providers remembered of a council', () => {
  it('begin anew where they are too many, without losing one that was asked for now or before', async () => {
    const asked: number[] = [];
    const reader = readerOf(asked);
    const first = await reader.at('999', '1', keys(0, 20_001));
    const second = await reader.at('999', '1', [key(7), key(30_000)]);
    assert.deepEqual([nameOf(second, 7), nameOf(second, 30_000)], ['1-7', '1-30000']);
    assert.deepEqual([nameOf(first, 7), nameOf(first, 20_000)], ['1-7', '1-20000']);
    await reader.at('999', '1', [key(7)]);
    await reader.at('999', '1', [key(8)]);
    assert.deepEqual(asked, [20_001, 2, 1]);
  });

  it('are all there for two who ask at the same moment, when they begin anew', async () => {
    const reader = readerOf([]);
    await reader.at('999', '1', keys(0, 20_001));
    const [one, other] = await Promise.all([
      reader.at('999', '1', [key(1), key(30_001)]),
      reader.at('999', '1', [key(2), key(30_002)]),
    ]);
    assert.deepEqual([nameOf(one, 1), nameOf(one, 30_001)], ['1-1', '1-30001']);
    assert.deepEqual([nameOf(other, 2), nameOf(other, 30_002)], ['1-2', '1-30002']);
  });
});
