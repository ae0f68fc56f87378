/** How a provider, or a council, is told that a message waits: channels, the hours at which each is watched, and what may wait. */
import { z } from 'zod';
import { faultTexts } from '../../domain/courier.ts';
import { formatInstant, formatTime } from '../../domain/dates.ts';
import { HomewardError } from '../../domain/error.ts';
import { parseOfficeHours } from '../../domain/office-hours.ts';
import { readTime } from '../../domain/provider-rota.ts';
import { readCode } from '../../domain/provider-account.ts';
import { mostWays, readAddress } from '../../domain/way.ts';
import type { Way, WayChannel } from '../../domain/way.ts';
import { addWay, chooseTiming, proveWay, removeWay, switchWay, waysOf } from '../../services/notices/ways.ts';
import type { Added, WaysDeps } from '../../services/notices/ways.ts';
import { definePage } from '../page.ts';
import type { FieldFault, LocalPath, Page, PageRequest, PageResult } from '../page.ts';
import { faultsFor } from './find-page.ts';

const text = z.string().max(300).default('');
const addForm = z.object({ channel: text, to: text, use: text, hours: text });
type AddForm = z.output<typeof addForm>;

const channelNames: Record<WayChannel, string> = {
  portal: 'Somebody keeps the messages page in view',
  email: 'Email',
  text: 'Text message',
  webhook: 'Your own system (webhook)',
  fhir: 'Your own system (FHIR)',
  hl7: 'Your own system (HL7)',
};

/** Whose channels the pages are about. */
interface ChannelsOf {
  readonly path: LocalPath;
  readonly permission: 'manage-provider' | 'work-council-lists';
  readonly back: { readonly text: string; readonly href: LocalPath };
  readonly council: boolean;
}

/** A provider's pages. */
export function providerChannelPages(ways: WaysDeps): Page[] {
  return channelPages(ways, { path: '/provider/channels', permission: 'manage-provider', back: { text: 'Your organisation', href: '/provider' }, council: false }); // prettier-ignore
}

/** A council's. */
export function councilChannelPages(ways: WaysDeps): Page[] {
  return channelPages(ways, { path: '/council/channels', permission: 'work-council-lists', back: { text: 'Work to do', href: '/council' }, council: true }); // prettier-ignore
}

function channelPages(ways: WaysDeps, { path, permission, back, council }: ChannelsOf): Page[] {
  const title = 'How we reach you';
  const view = async (
    request: unknown,
    given: Partial<AddForm> & { readonly time?: string },
    faults: readonly FieldFault[] = [],
  ): Promise<PageResult> => {
    const { caller, clock, render } = request as PageRequest<typeof permission>;
    const chosen = await waysOf(ways, caller);
    const now = clock.now();
    const { dailyAt } = chosen.timing;
    const data = {
      ways: chosen.ways.map((way) => wayView(way, now)),
      // Of a channel that is there several times only its name is asked for, and the address beside it.
      possible: chosen.possible.map((value) => ({ value, text: channelNames[value] })),
      base: path,
      back,
      council,
      addressHint: addressHint(chosen.possible, chosen.systems.map(({ id }) => id)), // prettier-ignore
      tasks: chosen.tasks.map(({ fault, lastAt }) => `${fault === null ? 'Nobody could be told of a message.' : faultTexts[fault]} Last ${formatInstant(lastAt, now)}.`), // prettier-ignore
      daily: dailyAt === null ? null : formatTime(dailyAt),
      form: given,
      ...faultsFor(faults),
    };
    return render('provider-channels.njk', data, faults.length > 0 ? { status: 422 } : {});
  };
  const form = z.object({ way: z.string().max(100) });
  return [
    definePage({
      method: 'GET',
      path,
      permission,
      audit: 'none: shows the organisation’s own addresses, nothing of any client',
      title,
      handle: (request) => view(request, {}),
    }),
    definePage({
      method: 'POST',
      path,
      permission,
      audit: 'change-channels',
      title,
      parse: addForm,
      async handle(request) {
        const { caller, form: typed, redirect } = request;
        const { possible } = await waysOf(ways, caller);
        const channel = possible.find((one) => one === typed.channel);
        const use = (['office', 'out-of-hours'] as const).find((one) => one === typed.use);
        const faults = addFaults(typed, channel, use);
        if (!channel || !use || faults.length > 0) return view(request, typed, faults);
        try {
          const added = await addWay(ways, caller, { channel, use, to: typed.to.trim(), hours: typed.hours });
          if (!('way' in added)) return await view(request, typed, [{ field: 'to', message: notAdded[added.is] }]);
        } catch (error) {
          if (!(error instanceof HomewardError) || error.code !== 'FORM_INVALID') throw error;
          return view(request, typed, [{ field: 'to', message: 'Enter an address to which a message can be sent' }]);
        }
        return redirect(path);
      },
    }),
    definePage({
      method: 'POST',
      path: `${path}/code`,
      permission,
      audit: 'change-channels',
      title,
      parse: form.extend({ code: text }),
      async handle(request) {
        const { caller, form: typed, redirect } = request;
        const wrong = (message: string): Promise<PageResult> => view(request, {}, [{ field: `code-${typed.way}`, message }]); // prettier-ignore
        if (readCode(typed.code) === null) return wrong('Enter the 6 digits of the code');
        const proven = await proveWay(ways, caller, typed.way, typed.code);
        if (proven === null) throw new HomewardError('PAGE_NOT_FOUND');
        if (proven === 'wrong') return wrong('The code is not right. Check it in the message that we sent');
        if (proven === 'void') return wrong('This code can no longer be used. Add the address again a day after you first did, and we send another'); // prettier-ignore
        return redirect(path);
      },
    }),
    definePage({
      method: 'POST',
      path: `${path}/switch`,
      permission,
      audit: 'change-channels',
      title,
      parse: form.extend({ on: z.enum(['yes', 'no']) }),
      async handle({ caller, form: typed, redirect }) {
        if (!(await switchWay(ways, caller, typed.way, typed.on === 'yes'))) throw new HomewardError('PAGE_NOT_FOUND');
        return redirect(path);
      },
    }),
    definePage({
      method: 'POST',
      path: `${path}/remove`,
      permission,
      audit: 'change-channels',
      title,
      parse: form,
      async handle({ caller, form: typed, redirect }) {
        if (!(await removeWay(ways, caller, typed.way))) throw new HomewardError('PAGE_NOT_FOUND');
        return redirect(path);
      },
    }),
    definePage({
      method: 'POST',
      path: `${path}/timing`,
      permission,
      audit: 'change-channels',
      title,
      parse: z.object({ timing: text, time: text }),
      async handle(request) {
        const { caller, form: typed, redirect } = request;
        const dailyAt = typed.timing === 'daily' ? readTime(typed.time) : null;
        if (typed.timing === 'daily' && dailyAt === null)
          return view(request, typed, [{ field: 'time', message: 'Enter a time of the day, like 9am or 09:00' }]);
        await chooseTiming(ways, caller, { dailyAt });
        return redirect(path);
      },
    }),
  ];
}

// Names only what can be chosen above it.
function addressHint(possible: readonly WayChannel[], systems: readonly string[]): string {
  const typed = [
    ...(possible.includes('email') ? ['an email address'] : []),
    ...(possible.includes('text') ? ['a mobile number'] : []),
    ...(systems.length > 0 ? [`the name of your system (${systems.join(', ')})`] : []),
  ];
  const either = typed.length > 1 ? `${typed.slice(0, -1).join(', ')} or ${typed.at(-1) ?? ''}` : (typed[0] ?? '');
  const code = possible.includes('email') || possible.includes('text') ? ' We send a code to a new address, to see that it is yours.' : ''; // prettier-ignore
  return `${either === '' ? '' : `Enter ${either}. `}Leave it empty for the messages page.${code}`;
}

function addFaults({ to, hours }: AddForm, channel?: WayChannel, use?: string): FieldFault[] {
  const faults: FieldFault[] = [];
  if (!channel) faults.push({ field: 'channel', message: 'Choose how we reach you' });
  if (channel === 'email' && readAddress('email', to) === null)
    faults.push({ field: 'to', message: 'Enter an email address in the correct format, like name@example.com' });
  if (channel === 'text' && readAddress('text', to) === null)
    faults.push({ field: 'to', message: 'Enter a UK mobile number, like 07700 900 001' });
  if (!use) faults.push({ field: 'use', message: 'Choose who reads it' });
  if (hours.trim() !== '' && parseOfficeHours(hours) === null)
    faults.push({
      field: 'hours',
      message: 'Enter hours like Mon-Fri 08:00-18:00; Sat 09:00-12:00, or leave it empty',
    });
  return faults;
}

const notAdded: Record<Exclude<Added, { readonly way: string }>['is'], string> = {
  'too-many-ways': `You can be reached in ${mostWays} ways at most: remove one first`,
  'too-many-today': 'Too many changes were made today. Go on tomorrow',
  'code-sent-today': 'Codes were sent to this address today already. Try again tomorrow',
};

function wayView({ id, channel, to, use, hours, on, dead, unproven }: Way, now: Date): object {
  return {
    id,
    unproven: unproven !== undefined,
    proof: unproven && proofText(unproven, now),
    name: channelNames[channel],
    to,
    use: use === 'office' ? 'Read by the office' : 'Read when the office is shut',
    hours: hours ?? 'At any hour',
    on,
    dead: dead && `Not used since ${formatInstant(dead.since, now)}: ${faultTexts[dead.fault]} Switch it on again when that is mended.`, // prettier-ignore
  };
}

function proofText({ sentAt, fault }: NonNullable<Way['unproven']>, now: Date): string {
  if (fault !== null) return `The code could not be sent: ${faultTexts[fault]}`;
  return sentAt ? `We sent a code there ${formatInstant(sentAt, now)}.` : 'A code is about to be sent there.';
}
