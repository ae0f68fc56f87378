/** A provider's people: the manager's page, and the steward's page of a council that invites a first manager. */
import { z } from 'zod';
import { roleNames } from '../../domain/caller.ts';
import { faultTexts } from '../../domain/courier.ts';
import type { DeliveryFault } from '../../domain/courier.ts';
import { formatInstant } from '../../domain/dates.ts';
import { providerRoles, readEmail } from '../../domain/provider-account.ts';
import type { ProviderDeps } from '../../services/provider-deps.ts';
import {
  inviteColleague,
  inviteFirstManager,
  knownPlaces,
  withdrawInvitation,
} from '../../services/provider-invitations.ts';
import type { Invitation, Invited } from '../../services/provider-invitations.ts';
import { ownIssuer, userIdOf } from '../../services/provider-deps.ts';
import { changeRole, disableMember, removeWhatIsLeft, teamOf } from '../../services/provider-team.ts';
import { definePage } from '../page.ts';
import type { FieldFault, LocalPath, Page, PageRequest, PageResult } from '../page.ts';
import { faultsFor } from './find-page.ts';

/** The pages. */
export function providerPeoplePages(provider: ProviderDeps): Page[] {
  return [...teamPages(provider), ...stewardPages(provider)];
}

const notInvited: Record<Exclude<Invited, 'invited'>, string> = {
  managed: 'This provider has a manager already, who alone can invite others',
  'unknown-provider': 'Choose a care provider from the list',
  member: 'Whoever has this address has access already',
  'too-many': 'Too many invitations have been sent today, or are open: take back what nobody needs, or go on tomorrow',
  'too-many-to-one': 'Two invitations went to this address today. Ask them to look in their junk mail, or try again tomorrow', // prettier-ignore
};

function invitationView(one: Invitation, now: Date): object {
  const state = one.fault
    ? `Could not be sent: ${faultTexts[one.fault as DeliveryFault] ?? one.fault}`
    : one.sentAt
      ? `Sent ${formatInstant(one.sentAt, now)}. It can be accepted until ${formatInstant(one.expiresAt, now)}.`
      : 'About to be sent.';
  return { id: one.invitation, email: one.email, role: roleNames[one.role], state, failed: one.fault !== null };
}

function teamPages(provider: ProviderDeps): Page[] {
  const path: LocalPath = '/provider/people';
  const title = 'People';
  const view = async (
    { caller, clock, render }: PageRequest<'manage-provider'>,
    given: object,
    faults: readonly FieldFault[] = [],
  ): Promise<PageResult> => {
    const { members, invitations } = await teamOf(provider, caller);
    const now = clock.now();
    const data = {
      organisation: caller.team,
      people: members.map(({ person, name, email, role, active, changedAt, left }) => ({
        person,
        name,
        email,
        role: roleNames[role],
        isManager: role === 'provider-manager',
        active,
        isSelf: userIdOf(person) === caller.userId,
        since: formatInstant(changedAt, now),
        left: [
          ...left.ways.map(({ to }) => `messages go to ${to}`),
          ...left.rota.map((one) => `on the rota as ${one.name}`),
        ],
        inContact: left.contact,
      })),
      // Whoever comes by the organisation's own sign-in is managed there.
      elsewhere: !caller.userId.startsWith(`${ownIssuer}|`),
      invitations: invitations.map((one) => invitationView(one, now)),
      form: given,
      ...faultsFor(faults),
    };
    return render('provider-people.njk', data, faults.length > 0 ? { status: 422 } : {});
  };
  const params = z.object({ person: z.uuid() });
  const manager = (request: unknown): PageRequest<'manage-provider'> => request as PageRequest<'manage-provider'>;
  const keepOne: FieldFault = { field: 'people', message: 'Somebody must stay a manager: make another person manager first' }; // prettier-ignore
  return [
    definePage({
      method: 'GET',
      path,
      permission: 'manage-provider',
      audit: 'see-provider-team',
      title,
      handle: (request) => view(manager(request), {}),
    }),
    definePage({
      method: 'POST',
      path,
      permission: 'manage-provider',
      audit: 'invite-provider',
      title,
      parse: z.object({ email: z.string().max(300).default(''), role: z.string().default('') }),
      async handle(request) {
        const { caller, form, redirect } = request;
        const email = readEmail(form.email);
        const role = providerRoles.find((one) => one === form.role);
        const faults: FieldFault[] = [];
        if (email === null)
          faults.push({
            field: 'email',
            message: 'Enter an email address in the correct format, like name@example.com',
          });
        if (!role) faults.push({ field: 'role', message: 'Choose what the person may do' });
        if (email === null || !role) return view(manager(request), form, faults);
        const invited = await inviteColleague(provider, caller, email, role);
        if (invited !== 'invited') {
          return view(manager(request), form, [{ field: 'email', message: notInvited[invited] }]);
        }
        return redirect(path);
      },
    }),
    definePage({
      method: 'POST',
      path: '/provider/people/withdraw',
      permission: 'manage-provider',
      audit: 'invite-provider',
      title,
      parse: z.object({ invitation: z.uuid() }),
      async handle({ caller, form, redirect }) {
        await withdrawInvitation(provider, caller, form.invitation);
        return redirect(path);
      },
    }),
    definePage({
      method: 'POST',
      path: '/provider/people/:person/role',
      permission: 'manage-provider',
      audit: 'change-provider-user',
      title,
      params,
      parse: z.object({ role: z.enum(providerRoles) }),
      async handle(request) {
        const { caller, form, params: given, redirect } = request;
        const changed = await changeRole(provider, caller, given.person, form.role);
        return changed === 'last-manager' ? view(manager(request), {}, [keepOne]) : redirect(path);
      },
    }),
    definePage({
      method: 'POST',
      path: '/provider/people/:person/disable',
      permission: 'manage-provider',
      audit: 'change-provider-user',
      title,
      params,
      async handle(request) {
        const { caller, params: given, redirect } = request;
        const changed = await disableMember(provider, caller, given.person);
        return changed === 'last-manager' ? view(manager(request), {}, [keepOne]) : redirect(path);
      },
    }),
    definePage({
      method: 'POST',
      path: '/provider/people/:person/addresses',
      permission: 'manage-provider',
      audit: 'change-provider-user',
      title,
      params,
      async handle({ caller, params: given, redirect }) {
        const nothingLeft = await removeWhatIsLeft(provider, caller, given.person);
        // A provider that nobody can tell anything is passed over: that is the next thing to mend.
        return redirect(nothingLeft ? '/provider/channels' : path);
      },
    }),
  ];
}

function stewardPages(provider: ProviderDeps): Page[] {
  const path: LocalPath = '/providers';
  const title = 'Care providers';
  const view = async (
    { caller, clock, render }: PageRequest<'invite-providers'>,
    given: object,
    faults: readonly FieldFault[] = [],
  ): Promise<PageResult> => {
    const now = clock.now();
    const places = (await knownPlaces(provider, caller)).map((one) => ({
      organisation: one.organisation,
      name: one.name,
      email: one.email,
      registered: one.managers > 0,
      invitation: one.invitation && invitationView(one.invitation, now),
    }));
    const data = { places, form: given, ...faultsFor(faults) };
    return render('providers.njk', data, faults.length > 0 ? { status: 422 } : {});
  };
  return [
    definePage({
      method: 'GET',
      path,
      permission: 'invite-providers',
      audit: 'none: the council’s own providers and whether they are registered, nobody’s care',
      title,
      navigation: { text: 'Care providers', order: 2 },
      handle: (request) => view(request as PageRequest<'invite-providers'>, {}),
    }),
    definePage({
      method: 'POST',
      path,
      permission: 'invite-providers',
      audit: 'invite-provider',
      title,
      parse: z.object({ organisation: z.string().max(300).default(''), email: z.string().max(300).default('') }),
      async handle(request) {
        const { caller, form, redirect } = request;
        const again = (field: string, message: string): Promise<PageResult> =>
          view(request as never, form, [{ field, message }]);
        const email = readEmail(form.email);
        if (form.organisation === '') return again('organisation', 'Choose a care provider');
        if (email === null) return again('email', 'Enter an email address in the correct format, like name@example.com'); // prettier-ignore
        const invited = await inviteFirstManager(provider, caller, form.organisation, email);
        const field = invited === 'managed' || invited === 'unknown-provider' ? 'organisation' : 'email';
        if (invited !== 'invited') return again(field, notInvited[invited]);
        return redirect(path);
      },
    }),
  ];
}
