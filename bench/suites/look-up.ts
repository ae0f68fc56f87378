/** Looking a person up, audited, through the service, beside one plain statement that reads and writes much the same. */
import { composeAnswer } from '../../src/domain/compose-answer.ts';
import { parseNhsNumber } from '../../src/domain/nhs-number.ts';
import { decideBeforeAsking, decideOnRecord } from '../../src/domain/policy.ts';
import type { BeforeAsking, UseCounts } from '../../src/domain/policy.ts';
import { RecordReader } from '../../src/store/records.ts';
import type { OnRecord } from '../../src/store/records.ts';
import { agreements, askFor, lookUpDeps, nurse, requestAt } from '../support/callers.ts';
import type { Run } from '../support/callers.ts';
import type { Bench, Suite } from '../support/figure.ts';
import { runPgbench } from '../support/peer.ts';
import { asOwner, openBench, worldOf } from '../support/world.ts';

export const suite: Suite = {
  about:
    'look-ups through the service, called in its process without HTTP or a session, beside pgbench with one plain statement that reads a person, their packages and providers and writes one audit row; ours also decides, reads what would make the person unusual and keeps the answer’s snapshot, but remembers the providers that the statement joins each time',
  run,
};

async function run(bench: Bench): Promise<void> {
  const people = bench.trial ? 2_000 : 1_000_000;
  const seconds = bench.trial ? 0.3 : 4;
  const url = await worldOf(bench, people);
  for (const callers of [32, 8, 1]) await beside(bench, url, { callers, seconds, stems: people - 1_000 });
  await whatPolicyAdds(bench, url, people);
}

async function beside(
  bench: Bench,
  url: string,
  { callers, seconds, stems }: { callers: number; seconds: number; stems: number },
): Promise<void> {
  const db = await openBench(url);
  const deps = lookUpDeps(db);
  const ours: Run[] = [];
  const peer: number[] = [];
  try {
    // Long enough that most nurses' look-ups of the day are remembered, as they are in a service that runs.
    await askFor(deps, { callers: 32, seconds: seconds * 4, stems });
    const peerSeconds = Math.max(1, Math.round(seconds));
    runPgbench(bench.bin, url, { clients: callers, seconds: peerSeconds, stems });
    for (let at = 0; at < bench.runs; at++) {
      await asOwner(url, 'checkpoint');
      peer.push(runPgbench(bench.bin, url, { clients: callers, seconds: peerSeconds, stems }));
      await asOwner(url, 'checkpoint');
      const run = await askFor(deps, { callers, seconds, stems });
      mustBeCare(run);
      ours.push(run);
    }
  } finally {
    await db.close();
  }
  const name = `look-up-${callers}`;
  bench.report({
    name,
    about: `audited look-ups a second, ${callers} caller${callers === 1 ? '' : 's'} at once`,
    unit: 'a second',
    ours: ours.map((one) => one.perSecond),
    peer: { name: 'pgbench, one plain statement', runs: peer },
    ...(callers === 32 ? { floor: 0.45 } : {}),
  });
  bench.report({
    name: `${name}-p50`,
    about: 'time to an answer, half of them',
    unit: 'ms',
    ours: ours.map((one) => one.p50),
  });
  bench.report({
    name: `${name}-p99`,
    about: 'time to an answer, 99 in 100',
    unit: 'ms',
    ours: ours.map((one) => one.p99),
  });
}

// A benchmark of refusals would be fast: nearly all of these people have care to be shown. One in a thousand has not, and
// of the few look-ups of a trial on a slow disk a single one of those would be more than two in a hundred.
function mustBeCare({ kinds }: Run): void {
  const all = [...kinds.values()].reduce((sum, count) => sum + count, 0);
  const care = kinds.get('care') ?? 0;
  if (all - care > 3 + all * 0.02) throw new Error(`Only ${care} of ${all} look-ups were answered with care`);
}

const unused: UseCounts = {
  people15Minutes: 0,
  peopleDay: 0,
  organisationPeopleDay: 0,
  missesSinceSignIn: 0,
  misses: 0,
  emergenciesSinceSignIn: 0,
  emergencies: 0,
  mismatchesOnPerson: 0,
};

async function whatPolicyAdds(bench: Bench, url: string, people: number): Promise<void> {
  const db = await openBench(url, 2);
  try {
    const records = new RecordReader(db);
    const now = new Date();
    const many = bench.trial ? 20 : 2_000;
    const cases: (BeforeAsking & { record: OnRecord })[] = [];
    for (let at = 0; at < many; at++) {
      const request = requestAt(Math.floor((at * (people - 1_000)) / many));
      const number = parseNhsNumber(request.nhsNumber);
      if (!number.ok) throw new Error('A number of the bench is not valid');
      const caller = nurse(at);
      const agreement = agreements.find((one) => one.hospital === caller.organisation) ?? null;
      cases.push({
        request,
        number,
        caller,
        agreement,
        counts: unused,
        now,
        record: await records.read(request.council, number.value, caller.organisation, now),
      });
    }
    const holidays = { days: new Set<string>(), knownUntil: '2099-12-31' };
    const decideAll = (): void => {
      for (const { request, number, caller, agreement, record } of cases) {
        decideBeforeAsking({ request, number, caller, agreement, counts: unused, now });
        if (!agreement) continue;
        const decision = decideOnRecord({ agreement, request, counts: unused, ...record, now });
        composeAnswer({ decision, caller, agreement, request, number, ...record, holidays, now });
      }
    };
    decideAll();
    const runs: number[] = [];
    for (let at = 0; at < bench.runs; at++) {
      const start = performance.now();
      decideAll();
      runs.push(((performance.now() - start) * 1_000) / many);
    }
    bench.report({
      name: 'policy-and-answer',
      about: 'what policy and putting the answer together add to a look-up',
      unit: 'µs',
      ours: runs,
    });
  } finally {
    await db.close();
  }
}
