/** The hospital's interfaces, for who runs them: how they stand, what was set aside and why, and replaying it. */
import { z } from 'zod';
import { formatInstant } from '../../domain/dates.ts';
import { recordSeen, seeInterfaces } from '../../services/interface-status.ts';
import type { InterfaceDeps } from '../../services/interface-status.ts';
import { listDeadLetters, replayDeadLetters, settleDeadLetters } from '../../services/outbound.ts';
import type { DeadLetter, OutboundDeps } from '../../services/outbound.ts';
import { listSetAside, replayMessages, showMessage } from '../../services/set-aside.ts';
import type { SetAsideDeps, SetAsideMessage } from '../../services/set-aside.ts';
import { definePage } from '../page.ts';
import type { Page } from '../page.ts';
import { fateTag, interfaceView } from './interface-view.ts';
import type { LiveState, ReasonTexts } from './interface-view.ts';

export interface InterfacePageDeps extends InterfaceDeps, SetAsideDeps, OutboundDeps, ReasonTexts {
  /** What this process listens to and sends. */
  readonly live: () => LiveState;
}

/** Most messages of one list. */
const most = 100;

const id = z.string().regex(/^\d{1,18}$/);
const code = z.string().regex(/^[A-Za-z0-9_-]{0,40}$/);
const name = z.string().max(100);
const counted = z.string().regex(/^\d{1,7}$/).optional().catch(undefined); // prettier-ignore

/** The pages of whoever runs the interfaces. */
export function interfacePages(deps: InterfacePageDeps): Page[] {
  return [...readPages(deps), ...actPages(deps)];
}

function readPages(deps: InterfacePageDeps): Page[] {
  return [
    definePage({
      method: 'GET',
      path: '/interfaces',
      permission: 'run-interfaces',
      audit: 'see-interfaces',
      title: 'Interfaces',
      navigation: { text: 'Interfaces', order: 2 },
      query: z.object({ replayed: counted, resent: counted, withdrawn: counted, settled: counted }),
      async handle({ caller, query, render }) {
        const status = await seeInterfaces(deps, caller);
        return render('interfaces.njk', { ...interfaceView(status, deps.live(), deps), done: doneText(query) });
      },
    }),
    definePage({
      method: 'GET',
      path: '/interfaces/set-aside',
      permission: 'run-interfaces',
      audit: 'see-interfaces',
      title: 'Messages set aside',
      query: z.object({ feed: name.optional(), code: code.default('') }),
      async handle({ caller, query, clock, render }) {
        const { feed } = query;
        await recordSeen(deps, caller, 'set-aside');
        const messages = await listSetAside(
          deps,
          caller,
          { ...(feed === undefined ? {} : { feed }), code: query.code },
          most,
        );
        const now = clock.now();
        return render('interface-set-aside.njk', {
          code: query.code,
          feed: feed ?? 'a sender that no feed file names',
          reason: deps.reason(query.code),
          full: messages.length === most,
          most,
          messages: messages.map((one) => messageView(one, now)),
          replay:
            feed !== undefined && messages.some(({ state }) => state === 'quarantined')
              ? { feed, code: query.code }
              : null,
        });
      },
    }),
    definePage({
      method: 'GET',
      path: '/interfaces/messages/:id',
      permission: 'run-interfaces',
      audit: 'see-message',
      title: 'Message',
      params: z.object({ id }),
      async handle({ caller, params, clock, render }) {
        const { segments, ...message } = await showMessage(deps, caller, params.id);
        const now = clock.now();
        return render('interface-message.njk', {
          message: messageView(message, now),
          reason: message.code === null ? '' : deps.reason(message.code),
          segments,
          canReplay:
            message.state === 'quarantined' ||
            (message.state === 'ignored' && message.code !== 'canary' && message.code !== 'echo'),
          refused: ['faulty', 'rejected', 'conflict'].includes(message.state),
        });
      },
    }),
    definePage({
      method: 'GET',
      path: '/interfaces/dead-letters',
      permission: 'run-interfaces',
      audit: 'see-interfaces',
      title: 'Messages given up',
      async handle({ caller, clock, render }) {
        await recordSeen(deps, caller, 'dead-letters');
        const letters = await listDeadLetters(deps, caller);
        const now = clock.now();
        const destinations = [...new Set(letters.map(({ destination }) => destination))];
        return render('interface-dead-letters.njk', {
          destinations: destinations.map((destination) => ({
            destination,
            letters: letters.filter((one) => one.destination === destination).map((one) => letterView(deps, one, now)),
          })),
        });
      },
    }),
  ];
}

function actPages(deps: InterfacePageDeps): Page[] {
  return [
    definePage({
      method: 'POST',
      path: '/interfaces/replay',
      permission: 'run-interfaces',
      audit: 'replay-messages',
      title: 'Interfaces',
      parse: z.union([z.object({ message: id }), z.object({ feed: name.min(1), code: code.min(1) })]),
      async handle({ caller, form, redirect }) {
        const which = 'message' in form ? { messageId: form.message } : { feed: form.feed, code: form.code };
        return redirect(`/interfaces?replayed=${await replayMessages(deps, caller, which)}`);
      },
    }),
    definePage({
      method: 'POST',
      path: '/interfaces/dead-letters/replay',
      permission: 'run-interfaces',
      audit: 'replay-dead-letters',
      title: 'Interfaces',
      parse: z.object({ destination: name.min(1), letter: id.optional() }),
      async handle({ caller, form: { destination, letter }, redirect }) {
        const ids = letter === undefined ? null : [letter];
        const { waiting, withdrawn } = await replayDeadLetters(deps, caller, destination, ids);
        return redirect(`/interfaces?resent=${waiting}&withdrawn=${withdrawn}`);
      },
    }),
    definePage({
      method: 'POST',
      path: '/interfaces/dead-letters/settle',
      permission: 'run-interfaces',
      audit: 'settle-dead-letters',
      title: 'Interfaces',
      parse: z.object({ destination: name.min(1), letter: id }),
      async handle({ caller, form: { destination, letter }, redirect }) {
        return redirect(`/interfaces?settled=${await settleDeadLetters(deps, caller, destination, [letter])}`);
      },
    }),
  ];
}

function messageView(message: SetAsideMessage, now: Date): object {
  const { messageId, feed, sender, controlId, event, receivedAt, state, field, value, replays, expiresAt, code: reason } = message; // prettier-ignore
  return {
    id: messageId,
    feed: feed ?? 'none: no feed file names this sender',
    sender: sender.replace('|', ' at '),
    controlId: controlId === '' ? 'none' : controlId,
    event: event.replace('^', ' ') || 'none',
    received: formatInstant(receivedAt, now),
    fate: fateTag(state),
    code: reason ?? '',
    field: field ?? '',
    value: value ?? '',
    replays: replays === 0 ? '' : replays === 1 ? 'once' : `${replays} times`,
    keptUntil: formatInstant(expiresAt, now),
  };
}

function letterView({ fault }: ReasonTexts, letter: DeadLetter, now: Date): object {
  return {
    id: letter.id,
    kind: letter.kind === 'hint' ? 'Hint' : 'Taking a hint back',
    isRetraction: letter.kind === 'retraction',
    controlId: letter.controlId,
    visit: letter.visit ?? 'cannot be opened',
    hospitalNumber: letter.hospitalNumber ?? 'cannot be opened',
    queued: formatInstant(letter.createdAt, now),
    attempts: letter.attempts.toLocaleString('en-GB'),
    fault: letter.fault === null ? '' : fault(letter.fault),
    code: letter.fault ?? '',
    mayHaveArrived: letter.mayHaveArrived,
  };
}

function doneText({
  replayed,
  resent,
  withdrawn,
  settled,
}: Partial<Record<'replayed' | 'resent' | 'withdrawn' | 'settled', string | undefined>>): string {
  if (settled !== undefined) return `${messages(settled)} will not be sent: the hint was taken back by hand.`;
  if (replayed !== undefined)
    return `${messages(replayed)} will be read again now, by the feed file as it was when Homeward last started.`;
  if (resent === undefined) return '';
  const gone =
    withdrawn === undefined || withdrawn === '0'
      ? ''
      : ` ${messages(withdrawn)} will not be sent: something else was meant for the stay since.`;
  return `${messages(resent)} will be sent again now.${gone}`;
}

function messages(given: string): string {
  const number = Number(given);
  return number === 1 ? '1 message' : `${number.toLocaleString('en-GB')} messages`;
}
