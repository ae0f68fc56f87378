/** Release 1 of Client Level Data, whose spellings still arrive. */
import type { CldLine } from '../part-headers.ts';
import type { Random } from './random.ts';

const release1: Record<string, string> = {
  'Service user': 'Service User',
  'Unpaid carer': 'Carer',
  'Unpaid carer support: Direct to unpaid carer': 'Carer Support: Direct to Carer',
  'Direct payment': 'Direct Payment',
  'CASSR managed personal budget': 'CASSR Managed Personal Budget',
  'CASSR commissioned support': 'CASSR Commissioned Support',
};
const capitals: Record<string, string> = {};

/** The same line as the specification before October 2025 spelled it. */
export function asRelease1(random: Random, line: CldLine): CldLine {
  const service = line['Service Type'] ?? '';
  const mechanism = line['Delivery Mechanism'] ?? '';
  // A mechanism that Release 2 no longer has, for services that the council only measured.
  const metered = mechanism.startsWith('CASSR') && random.chance(0.03);
  return {
    ...line,
    'Client Type': release1[line['Client Type'] ?? ''] ?? '',
    'Service Type':
      release1[service] ?? (capitals[service] ??= service.replace(/\b[a-z]/g, (letter) => letter.toUpperCase())),
    'Delivery Mechanism': metered ? 'Self-Funder Metering Only' : (release1[mechanism] ?? ''),
  };
}
