/**
 * The interlock's word on what a provider sees of its own tasks of a hold: a task is a message like any other, that no
 * button sent (product rules 4 and 10). A list asks about many people: where a word was asked before and all that it
 * was asked by is still so, it is not asked again, as on the board of people in hospital.
 */
import { createHash } from 'node:crypto';
import { canonical } from '../../domain/canonical.ts';
import { londonDate } from '../../domain/dates.ts';
import { decideTelling } from '../../domain/interlock.ts';
import type { Trx } from '../../store/database.ts';
import { dropWords, freshWords, keepWords, staysToWord, wordKey } from '../../store/notices/hold-words.ts';
import type { AskedBy, KeptWord, Word, WordOf, Words } from '../../store/notices/hold-words.ts';
import { agreementInForce } from './deps.ts';
import type { NoticeDeps } from './deps.ts';
import { councilsOf } from './elsewhere.ts';
import { lastNotice, openTasks, readHeld } from './held.ts';
import type { Held, NamedTask } from './held.ts';
import { aboutOf } from './recheck.ts';
import { standingOf } from './standing.ts';
import type { Standing } from './standing.ts';

const atOnce = 100;
const refused: Words = { held: 'refuse', released: 'refuse' };

/** The interlock's word on a provider's tasks of a stay, asked now. Take the person's lock first. */
export async function mayShowTasks(
  trx: Trx,
  deps: NoticeDeps,
  held: Held,
  provider: string,
): Promise<(released: boolean) => Word> {
  const last = lastNotice(held, provider);
  const words = last ? wordsBy(await standingOf(trx, deps, aboutOf(last), deps.clock.now()), provider) : refused;
  return (released) => (released ? words.released : words.held);
}

// That a task follows from a hold is agreed with whoever agreed to holds, whatever else the agreement lets happen by itself.
function wordsBy(
  { agreement, providers, referralAnywhere: referral, permission, record }: Standing,
  provider: string,
): Words {
  if (!agreement) return refused;
  const terms = { ...agreement.notices, automatic: ['hold' as const] };
  const telling = { recipient: 'provider', kind: 'hold', of: 'hold', automatic: true } as const;
  const now = { isAddressee: providers.has(provider), referral, permission, record };
  const word = (released: boolean): Word => decideTelling({ ...telling, ...now, released }, terms).do;
  return { held: word(false), released: word(true) };
}

/** Of which hold's provider a word is wanted. */
export interface WordWanted {
  readonly held: Held;
  readonly provider: string;
}

/** Says what a provider may see of its tasks of a hold. */
export type WordOn = (held: Held, provider: string, released: boolean) => Word;

/**
 * The interlock's words on many providers' tasks: one statement for all that were asked before, and the whole question
 * for each of the others, whose answer is kept for the next.
 */
export async function wordsOn(trx: Trx, deps: NoticeDeps, wanted: readonly WordWanted[], now: Date): Promise<WordOn> {
  const by = askedBy(deps, now);
  const questions = new Map<string, { readonly of: WordOf; readonly ask: () => Promise<Standing> }>();
  for (const { held, provider } of wanted) {
    const last = lastNotice(held, provider);
    if (!last || !agreementInForce(deps, held.council, held.hospital, now)) continue;
    const { personKey, nhsNumber, id } = last;
    const { stayId, council, hospital, stay } = held;
    const of = { stayId, council, provider, hospital, personKey, nhsNumber, notice: id, stayVersion: stay?.version ?? null };
    questions.set(wordKey(of), { of, ask: () => standingOf(trx, deps, aboutOf(last), now) });
  }
  const words = await freshWords(trx, [...questions.values()].map(({ of }) => of), by, now);
  const kept: KeptWord[] = [];
  for (const [key, { of, ask }] of questions) {
    if (words.has(key)) continue;
    const standing = await ask();
    const word = wordsBy(standing, of.provider);
    words.set(key, word);
    if (standing.lasting && standing.until) kept.push({ ...of, ...word, stands: standing.bundle, until: standing.until });
  }
  await keepWords(trx, kept, by, now);
  return ({ stayId, council }, provider, released) => {
    const word = words.get(wordKey({ stayId, council, provider })) ?? refused;
    return released ? word.released : word.held;
  };
} // prettier-ignore

// Whatever is configured, and the day by which it is in force: when any of it changes every word is asked anew.
function askedBy(deps: NoticeDeps, now: Date): AskedBy {
  const { agreements, hospitals } = deps;
  const all = canonical({ agreements, hospitals: hospitals.map(({ id }) => id), day: londonDate(now) });
  return { terms: createHash('sha256').update(all).digest('hex').slice(0, 32), councils: councilsOf(deps) };
}

/** The providers' tasks among a hold's open ones, on which a word is wanted. */
export function wordsWanted(held: Held, tasks: readonly NamedTask[]): WordWanted[] {
  const providers = tasks.filter(({ party }) => party === 'provider').map(({ provider }) => provider);
  return [...new Set(providers)].map((provider) => ({ held, provider }));
}

/**
 * Asks anew about open tasks whose words are good no more, as after each extract, so that whoever lists them need not.
 * @throws what the database throws when it cannot be asked at all
 */
export async function refreshWords(deps: NoticeDeps): Promise<void> {
  const tried: string[] = [];
  for (;;) {
    const now = deps.clock.now();
    const stays = await staysToWord(deps.db, askedBy(deps, now), now, tried, atOnce);
    for (const stayId of stays) {
      tried.push(stayId);
      try {
        await deps.db.transaction(async (trx) => {
          await dropWords(trx, stayId);
          const at = deps.clock.now();
          const all = await readHeld(trx, [stayId]);
          await wordsOn(trx, deps, all.flatMap((held) => wordsWanted(held, openTasks(deps, held, at))), at); // prettier-ignore
        });
      } catch (error) {
        deps.failed?.(error);
      }
    }
    if (stays.length < atOnce) return;
  }
}
