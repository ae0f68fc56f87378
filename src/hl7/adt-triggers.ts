/**
 * What each ADT trigger event means for who is in hospital. Source: HL7 v2.8.2 chapter 3; A18, A30, A34 to
 * A36, A39 and A46 are of older versions that feeds still send.
 */
import type { CancelTarget, EventKind } from '../domain/stay-event.ts';

/** Events that join or re-point numbers; what was before stands in MRG. */
export type LinkKind = Extract<EventKind, 'merged' | 'visit-moved' | 'account-moved' | 'account-merged'>;

/** How a trigger is read. */
export type Reading =
  /** A beginning or a booking: the patient class decides which. */
  | { readonly as: 'start' | 'expected' | 'class-change' }
  | { readonly as: 'move' | 'swap' }
  | { readonly as: 'visit'; readonly kind: Extract<EventKind, 'leave-started' | 'leave-ended' | 'discharged' | 'visit-deleted'> } // prettier-ignore
  | { readonly as: 'cancel'; readonly cancels: CancelTarget }
  | { readonly as: 'update' }
  | { readonly as: 'person-deleted' }
  | {
      readonly as: 'link';
      readonly kind: LinkKind;
      /** Accounts are merged beside the people. */ readonly accounts?: true;
    }
  | { readonly as: 'unlink' }
  | { readonly as: 'nothing' };

const cancel = (cancels: CancelTarget): Reading => ({ as: 'cancel', cancels });
const merged: Reading = { as: 'link', kind: 'merged' };
const nothing: Reading = { as: 'nothing' };

export const triggers = {
  A01: { as: 'start' },
  A02: { as: 'move' },
  A03: { as: 'visit', kind: 'discharged' },
  A04: { as: 'start' },
  A05: { as: 'expected' },
  A06: { as: 'class-change' },
  A07: { as: 'class-change' },
  A08: { as: 'update' },
  // Leaving for another place, as for an X-ray: nobody goes anywhere until they arrive (A10).
  A09: nothing,
  A10: { as: 'move' },
  A11: cancel('start'),
  A12: cancel('move'),
  A13: cancel('discharge'),
  A14: { as: 'expected' },
  A15: nothing,
  // A discharge that is planned: read for the expected date in PV2-9.
  A16: { as: 'update' },
  A17: { as: 'swap' },
  A18: merged,
  A20: nothing,
  A21: { as: 'visit', kind: 'leave-started' },
  A22: { as: 'visit', kind: 'leave-ended' },
  A23: { as: 'visit', kind: 'visit-deleted' },
  // Links two people who stay two, such as mother and child.
  A24: nothing,
  A25: cancel('pending-discharge'),
  A26: nothing,
  A27: cancel('expected'),
  A28: { as: 'update' },
  A29: { as: 'person-deleted' },
  A30: merged,
  A31: { as: 'update' },
  A32: cancel('move'),
  A33: nothing,
  A34: merged,
  A35: { as: 'link', kind: 'account-merged' },
  A36: { as: 'link', kind: 'merged', accounts: true },
  A37: { as: 'unlink' },
  A38: cancel('expected'),
  A39: merged,
  A40: merged,
  A41: { as: 'link', kind: 'account-merged' },
  A42: { as: 'link', kind: 'visit-moved' },
  A43: merged,
  A44: { as: 'link', kind: 'account-moved' },
  A45: { as: 'link', kind: 'visit-moved' },
  A46: merged,
  A47: merged,
  A48: nothing,
  A49: { as: 'link', kind: 'account-merged' },
  A50: { as: 'link', kind: 'visit-moved' },
  A51: nothing,
  A52: cancel('leave'),
  A53: cancel('return'),
  A54: nothing,
  A55: nothing,
  A60: nothing,
  A61: nothing,
  A62: nothing,
} as const satisfies Record<string, Reading>;

/** A trigger event that is known here. */
export type Trigger = keyof typeof triggers;

/** Whether a text is such a trigger. */
export function isTrigger(text: string): text is Trigger {
  return Object.hasOwn(triggers, text);
}
