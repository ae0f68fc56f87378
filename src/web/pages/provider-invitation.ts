/** Pages on which somebody accepts an invitation: opening the link reads, and only the button spends it. */
import { z } from 'zod';
import { readAccountName } from '../../domain/provider-account.ts';
import { roleNames } from '../../domain/caller.ts';
import type { ProviderDeps } from '../../services/provider-deps.ts';
import { acceptInvitation, invitationOf } from '../../services/provider-invitations.ts';
import type { Invitation } from '../../services/provider-invitations.ts';
import { definePage } from '../page.ts';
import type { FieldFault, LocalPath, Page, PageRequest, PageResult } from '../page.ts';
import { faultsFor } from './find-page.ts';
import { providerHome } from './provider-sign-in.ts';

/** The pages. */
export function providerInvitationPages(provider: ProviderDeps): Page[] {
  const path: LocalPath = '/provider/invitation/:token';
  const params = z.object({ token: z.string().max(100) });
  const title = 'Invitation';
  type Rendering = Pick<PageRequest, 'render'>;
  const gone = ({ render }: Rendering): PageResult =>
    render('provider-invitation.njk', { gone: true }, { status: 410 });
  const form = (
    { render }: Rendering,
    one: Invitation,
    given: object,
    faults: readonly FieldFault[] = [],
  ): PageResult =>
    render(
      'provider-invitation.njk',
      {
        gone: false,
        organisation: one.organisationName,
        invitedBy: one.invitedBy,
        role: roleNames[one.role],
        form: given,
        ...faultsFor(faults),
      },
      { status: faults.length > 0 ? 422 : 200 },
    );
  return [
    definePage({
      method: 'GET',
      path,
      permission: 'public',
      audit: 'none: shows who holds the link what they are invited to, and nobody else’s data',
      title,
      params,
      async handle(request) {
        const invitation = await invitationOf(provider, request.params.token);
        return invitation ? form(request, invitation, {}) : gone(request);
      },
    }),
    definePage({
      method: 'POST',
      path,
      permission: 'public',
      audit: 'accept-invitation',
      title,
      formToken: 'none: nobody is signed in yet; it must come from a page of this server, and its link is the proof',
      params,
      parse: z.object({ name: z.string().max(300).default('') }),
      async handle(request) {
        const { params: given, form: typed, cookies, redirect } = request;
        const invitation = await invitationOf(provider, given.token);
        if (!invitation) return gone(request);
        const name = readAccountName(typed.name);
        if (name === null)
          return form(request, invitation, typed, [
            { field: 'name', message: 'Enter your first and last name, in letters' },
          ]);
        const session = await acceptInvitation(provider, given.token, name, cookies.session);
        return session === null ? gone(request) : redirect(providerHome, { session, signIn: null });
      },
    }),
  ];
}
