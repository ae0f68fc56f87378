/**
 * A notice as an HL7 v2 message to a recipient's own system. How messages are written and carried is handed in
 * (`src/hl7`, joined by the composition root); here is where it may go, and what an acknowledgement means.
 */
import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import type { Courier, DeliveryFault, Handover, SystemMessage } from '../domain/courier.ts';
import { ForbiddenAddress, guardedLookup, mayReach } from './networks.ts';

/** A recipient's own system that listens for HL7. */
export interface Hl7System {
  readonly id: string;
  readonly host: string;
  /** Networks beside the open internet in which it may be; the only ones where it is told in plain text. */
  readonly networks: readonly string[];
  readonly plainText: boolean;
  /** Carries one message; MSA-1 of its own acknowledgement, or why there is none. Ends when `signal` does. */
  tell(
    sending: { readonly key: string; readonly what: SystemMessage; readonly lookup: LookupFunction },
    signal: AbortSignal,
  ): Promise<Hl7Answer>;
}

export type Hl7Answer = { readonly code: string } | { readonly fault: string; readonly cause: unknown };

/** A courier to the systems of a site. */
export function hl7Courier(systems: readonly Hl7System[]): Courier<SystemMessage> {
  return {
    async carry({ key, to, what }, signal) {
      const system = systems.find(({ id }) => id === to);
      if (!system) return { is: 'later', fault: 'NOT_CONFIGURED' };
      const { host, networks, plainText } = system;
      const forbidden: Handover = { is: 'later', fault: 'ADDRESS_FORBIDDEN' };
      // A name is looked at when it is looked up; an address never is.
      if (isIP(host) !== 0 && !mayReach(host, networks, plainText)) return forbidden;
      const answer = await system.tell({ key, what, lookup: guardedLookup(networks, plainText) }, signal);
      if ('code' in answer) return verdict(answer.code);
      if (answer.cause instanceof ForbiddenAddress) return forbidden;
      if (answer.fault === 'NOT_SENDABLE') return { is: 'refused', fault: 'MESSAGE_REFUSED' };
      return { is: 'later', fault: faults[answer.fault] ?? 'NOT_REACHED' };
    },
  };
}

const faults: Readonly<Partial<Record<string, DeliveryFault>>> = {
  TLS: 'TLS',
  TIMEOUT: 'TIMEOUT',
  OTHER_ANSWER: 'ANSWER_NOT_READ',
  PROTOCOL: 'ANSWER_NOT_READ',
  TOO_LARGE: 'ANSWER_NOT_READ',
};

// A reject is of the message's kind, and sending it again changes nothing (HL7 v2.5.1, 2.9.3); an error may pass, since
// it is also what an engine answers while the system behind it is down.
function verdict(code: string): Handover {
  if (code === 'AA' || code === 'CA') return { is: 'delivered' };
  if (code === 'AR' || code === 'CR') return { is: 'refused', fault: 'MESSAGE_REFUSED' };
  return { is: 'later', fault: code === 'AE' || code === 'CE' ? 'BUSY' : 'ANSWER_NOT_READ' };
}
