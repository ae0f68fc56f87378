/** Which council a command is about. */
import { HomewardError } from '../domain/error.ts';
import type { Council } from '../domain/organisation.ts';
import { NotUnderstood } from './help.ts';

type Named = Pick<Council, 'id' | 'name'>;

/** The council that a bundle says it is of. @throws HomewardError BUNDLE_COUNCIL when it is not configured here */
export function councilOfBundle<C extends Named>(councils: readonly C[], code: string): C {
  const found = councils.find(({ id }) => id === code);
  if (!found) throw new HomewardError('BUNDLE_COUNCIL', `It says ${code}. ${listed(councils)}`);
  return found;
}

/**
 * The council that --council names, or the only one there is.
 * @throws NotUnderstood when it is needed and missing, or there is none such; nothing may be done to a guessed one
 */
export function chooseCouncil<C extends Named>(councils: readonly C[], code: string | undefined): C {
  const [only, ...others] = councils;
  if (code === undefined && only && others.length === 0) return only;
  if (code === undefined) throw new NotUnderstood(`--council is missing: there is more than one. ${listed(councils)}`);
  const found = councils.find(({ id }) => id === code);
  if (!found) throw new NotUnderstood(`--council ${code}: there is no such council here. ${listed(councils)}`);
  return found;
}

function listed(councils: readonly Named[]): string {
  return `Configured here: ${councils.map(({ id, name }) => `${id} (${name})`).join(', ')}.`;
}
