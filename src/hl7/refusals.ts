/** Why a message is answered with AE or AR, in the words and codes that its sender's engineer reads. */
import type { AckFault } from './ack.ts';
import { dataFaults, rejections } from './adt-codes.ts';
import { messageFaults } from './message.ts';

/** Refusals that are not of the reading of an ADT message. */
export const listenerFaults = {
  SENDER_CERTIFICATE: 'This certificate may not send for MSH-3 and MSH-4.',
  SENDER_ADDRESS: 'This computer may not send for MSH-3 and MSH-4.',
  CONTROL_ID_REUSED: 'Another message came with this MSH-10. This one was not taken.',
  HL7_NOT_KEPT: 'The message could not be kept. Send it again.',
} as const;

const texts: Readonly<Record<string, string>> = { ...rejections, ...dataFaults, ...messageFaults, ...listenerFaults };

const conditions: Readonly<Record<string, AckFault['condition']>> = {
  MESSAGE_TYPE: 200,
  EVENT_REFUSED: 201,
  PROCESSING_ID: 202,
  MESSAGE_VERSION: 203,
  SENDER_UNKNOWN: 204,
  SENDER_CERTIFICATE: 204,
  SENDER_ADDRESS: 204,
  CONTROL_ID_REUSED: 205,
  HL7_NOT_KEPT: 207,
  NUMBER_TOO_LONG: 102,
  PATIENT_MISSING: 100,
  VISIT_MISSING: 100,
  MERGE_MISSING: 100,
};

/**
 * The fault as an acknowledgement says it.
 * @param field where it is, as `PID-3`
 */
export function ackFault(code: string, field?: string): AckFault {
  const unreadable = Object.hasOwn(messageFaults, code);
  const [, segment, number] = /^([A-Z][A-Z0-9]{2})(?:-(\d+))?$/.exec(field ?? '') ?? [];
  return {
    code,
    text: texts[code] ?? 'The message was not taken.',
    condition: conditions[code] ?? (unreadable ? 100 : 101),
    ...(segment === undefined
      ? {}
      : { location: { segment, ...(number === undefined ? {} : { field: Number(number) }) } }),
  };
}
