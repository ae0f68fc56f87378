/** Care providers' own agreements about their lists of clients: one file each in `rosters/`, and none is needed. */
import { join } from 'node:path';
import type { Council } from '../domain/organisation.ts';
import { parseProviderId } from '../domain/provider-id.ts';
import { rosterAgreementSchema } from '../domain/roster-agreement.ts';
import type { RosterAgreement } from '../domain/roster-agreement.ts';
import { readYamlFolder } from './yaml-file.ts';
import type { Fault, YamlFile } from './yaml-file.ts';

/**
 * Reads the files, in the order of their names.
 * @param faults takes what is wrong, where somebody gathers it
 * @throws HomewardError CONFIG_INVALID with file, line and reason, where nobody does
 */
export function readRosterFiles(folder: string, faults?: Fault[]): YamlFile<RosterAgreement>[] {
  return readYamlFolder(join(folder, 'rosters'), rosterAgreementSchema, faults);
}

/** What does not agree with the site's other files. */
export function rosterFaults(files: readonly YamlFile<RosterAgreement>[], councils: readonly Council[]): Fault[] {
  const faults: Fault[] = [];
  for (const [index, { file, value, lineOf }] of files.entries()) {
    const say = (key: keyof RosterAgreement, reason: string): unknown =>
      faults.push({ file, line: lineOf([key]), reason });
    if (!councils.some(({ id }) => id === value.council))
      say('council', `no council “${value.council}” is in organisations.yaml`);
    const place = parseProviderId(value.provider);
    if (place?.kind === 'local' && place.council !== value.council)
      say('provider', `is named by council “${place.council}”, and the file by “${value.council}”`);
    const { whereabouts, arrivalNotices, shownToHospital } = value.terms;
    // The hospital lists everybody who was told: it would read the provider's name there all the same.
    if ((whereabouts || arrivalNotices) && !shownToHospital)
      say('terms', 'needs shownToHospital: the hospital sees which provider was told of its patients');
    const before = files.slice(0, index);
    if (before.some((one) => one.value.provider === value.provider)) say('provider', 'has a file of its own already');
    if (before.some((one) => one.value.id === value.id)) say('id', 'another file has this id');
  }
  return faults;
}
