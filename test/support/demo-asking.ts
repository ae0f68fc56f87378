/** What a browser sends that asks for somebody of the demo. */
import type { DemoPerson } from '../../src/demo/people.ts';

type Asked = Pick<DemoPerson, 'council' | 'nhsNumber' | 'birthDate'>;

/** The three fields of a birth date. */
export function birthFields(birthDate: string): Record<string, string> {
  const [year = '', month = '', day = ''] = birthDate.split('-');
  return { 'birth-day': day, 'birth-month': month, 'birth-year': year };
}

/** The form of a hospital's look-up, filled in for a person who gave permission. */
export function findForm({ council, nhsNumber, birthDate }: Asked): Record<string, string> {
  return { council, nhsNumber, ...birthFields(birthDate), reason: 'decide-admission', permission: 'given' };
}
