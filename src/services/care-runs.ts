/**
 * Gathers the care lines that stand together about one person. Whoever is said to be just as the part
 * that stands said it need not be staged: the facts are what they would become. What is compared is
 * what the lines were read as today, so that a birthday or an end that has come makes a difference.
 */
import { hash } from 'node:crypto';
import { landingVersion } from '../store/import/stages.ts';
import { noDigest, toSigned } from './seen-persons.ts';
import type { SeenPersons } from './seen-persons.ts';

/** A person with more lines than this in a row is not waited for. */
const longestRun = 1000;
/** Nor one whose lines have more letters: they are held in memory until it ends. */
const mostLetters = 256 * 1024;

export class CareRuns {
  readonly #seen: SeenPersons | null;
  #councilId: string | null = null;
  #rows: number[] = [];
  #texts: string[] = [];
  #letters = 0;
  #whole = true;

  /** @param seen null to stage everybody */
  constructor(seen: SeenPersons | null) {
    this.#seen = seen;
  }

  /**
   * Takes the next line.
   * @param councilId null when the line names nobody
   * @param good false when it is set aside: then its person is staged each time, since the line must be told of each time
   * @param text its values as COPY takes them, without row and digest
   * @param into where lines for the stage go
   */
  add(row: number, councilId: string | null, good: boolean, text: string, into: string[]): void {
    if (councilId === null) return void into.push(stageLine(row, null, text));
    const full = this.#rows.length === longestRun || this.#letters > mostLetters;
    if (councilId !== this.#councilId || full) this.#finish(councilId, into);
    this.#rows.push(row);
    this.#texts.push(text);
    this.#letters += text.length;
    if (!good) this.#whole = false;
  }

  /** Hands out the lines that are left. */
  end(into: string[]): void {
    this.#finish(null, into);
  }

  #finish(next: string | null, into: string[]): void {
    // What is only a piece of somebody's lines stands for nobody.
    const cut = next === this.#councilId;
    const digest = this.#whole && !cut && this.#texts.length > 0 ? digestOf(this.#texts) : null;
    if (digest === null || !this.#seen?.meets(digest)) {
      const first = digest === null ? noDigest : toSigned(digest);
      this.#texts.forEach((text, at) => into.push(stageLine(this.#rows[at] ?? 0, at === 0 ? first : null, text)));
    }
    this.#councilId = next;
    this.#rows = [];
    this.#texts = [];
    this.#letters = 0;
    this.#whole = !cut;
  }
}

function digestOf(texts: readonly string[]): string {
  return hash('sha256', `${landingVersion}\n${texts.join('\n')}`, 'binary').slice(0, 8);
}

function stageLine(row: number, digest: string | null, text: string): string {
  return `${row}\t${digest ?? '\\N'}\t${text}\n`;
}
