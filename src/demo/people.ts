/** The people of the demo, as its start page and README list them: one for each answer. */
import type { AnswerKind } from '../domain/answer.ts';
import type { IsoDate } from '../domain/dates.ts';
import { sherwood } from './sherwood.ts';
import { trentside } from './trentside.ts';

/** What to type in the demo, and what answer it must give. */
export interface DemoPerson {
  /** LA code. */
  readonly council: string;
  /** What to type: usually a valid number, shown without spaces; in three examples a faulty one. */
  readonly nhsNumber: string;
  /** What to type, which in one example is not what the record holds. */
  readonly birthDate: IsoDate;
  /** `FAMILY, Given`, or what the example is of when nobody stands behind it. */
  readonly name: string;
  readonly answer: AnswerKind;
  /** What it shows. */
  readonly note: string;
}

/**
 * The demo's people on a day; numbers are fixed, and so are birth dates, save that of the child, who
 * must stay one.
 * @param now when the demo starts; the same instant as given to `writeDemoBundles`
 */
export function demoPeople(now: Date): DemoPerson[] {
  return [sherwood(now), trentside(now)].flatMap(({ council, members }) =>
    members.map(({ nhsNumber, birthDate, name, answer, note }) => ({
      council,
      nhsNumber,
      birthDate,
      name,
      answer,
      note,
    })),
  );
}
