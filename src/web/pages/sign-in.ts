/** Pages of signing in: to the provider and back, the choice of a role, signing in again, the provider's sign-out. */
import { z } from 'zod';
import { roleNames } from '../../domain/caller.ts';
import { HomewardError } from '../../domain/error.ts';
import { endByLogoutToken } from '../../services/back-channel.ts';
import { personInRole } from '../../services/sign-in.ts';
import type { Admitted, Attempt } from '../../services/sign-in.ts';
import type { WebDeps } from '../deps.ts';
import type { PageFrame } from '../page-frame.ts';
import { definePage } from '../page.ts';
import type { Page, PageResult } from '../page.ts';
import { signInMinutes } from '../safety/cookies.ts';
import type { Seal } from '../safety/cookies.ts';
import { signInPath } from '../safety/guard.ts';

/** What the sealed cookie carries: somebody on the way to a provider, or somebody back with a choice of roles. */
type Carried =
  | { readonly is: 'attempt'; readonly attempt: Attempt; readonly answer: string | null }
  | { readonly is: 'choice'; readonly admitted: Omit<Admitted, 'authenticatedAt'> & { authenticatedAt: string } };

const providerParams = z.object({ provider: z.string() });
const beforeSignIn = 'none: nobody is signed in yet; what comes of it is recorded';
const noSession = 'none: nobody is signed in yet, and the sealed cookie of this browser stands for the token';

/** The pages. */
export function signInPages(web: WebDeps, frame: PageFrame, seal: Seal): Page[] {
  const carry = (carried: Carried): string =>
    seal.seal(carried, new Date(web.clock.now().getTime() + signInMinutes * 60_000));
  const open = (sealed: string | null): Carried => {
    const carried = seal.open(sealed, web.clock.now()) as Carried | null;
    if (carried === null)
      throw new HomewardError('SIGN_IN_FAILED', 'The sign-in took too long, or was begun in another browser.');
    return carried;
  };
  return [
    ...startPages(web, frame, carry),
    ...returnPages(web, frame, carry, open),
    againPage(web, carry),
    backChannelPage(web),
  ];
}

function startPages(web: WebDeps, frame: PageFrame, carry: (carried: Carried) => string): Page[] {
  const list = definePage({
    method: 'GET',
    path: '/sign-in',
    permission: 'public',
    audit: beforeSignIn,
    title: 'Sign in',
    handle({ caller, redirect, render }) {
      const { providers } = web.signIn;
      if (caller) return redirect(frame.homeOf(caller));
      // With email to sign in by there is a choice, and nobody must be led past it.
      if (providers.length === 1 && web.emailSignIn !== true) return redirect(signInPath(providers));
      return render('sign-in.njk', { providers });
    },
  });
  const start = definePage({
    method: 'GET',
    path: '/sign-in/:provider',
    permission: 'public',
    audit: beforeSignIn,
    title: 'Sign in',
    params: providerParams,
    async handle({ params }) {
      const { address, attempt } = await web.signIn.begin(params.provider, null);
      return toProvider(address, carry({ is: 'attempt', attempt, answer: null }));
    },
  });
  return [list, start];
}

function returnPages(
  web: WebDeps,
  frame: PageFrame,
  carry: (carried: Carried) => string,
  open: (sealed: string | null) => Carried,
): Page[] {
  const letIn = async (admitted: Admitted, choice: number, formerId: string | null): Promise<PageResult> => {
    const person = personInRole(admitted, choice);
    const id = await web.sessions.begin(person, formerId);
    return { is: 'redirect', to: frame.homeOf(person), cookies: { session: id, signIn: null } };
  };
  const back = definePage({
    method: 'GET',
    path: '/sign-in/:provider/callback',
    permission: 'public',
    audit: 'sign-in',
    title: 'Sign in',
    params: providerParams,
    query: z.record(z.string(), z.string()),
    async handle({ params, query, cookies, caller, redirect }) {
      const carried = open(cookies.signIn);
      if (carried.is !== 'attempt' || carried.attempt.provider !== params.provider)
        throw new HomewardError('SIGN_IN_FAILED');
      const admitted = await web.signIn.finish(carried.attempt, new URLSearchParams(query));
      if (carried.attempt.again !== null) {
        if (caller?.userId !== admitted.userId)
          throw new HomewardError('SIGN_IN_FAILED', 'The session has ended meanwhile.');
        // A role taken away at the provider meanwhile is gone here too.
        const still = admitted.roles.some(
          ({ role, organisation, team }) =>
            role === caller.role && organisation === caller.organisation && team === caller.team,
        );
        if (!still) {
          await web.sessions.end(caller);
          throw new HomewardError('SIGN_IN_NO_ROLE');
        }
        const renewed = await web.sessions.renew(caller, {
          ...admitted,
          role: caller.role,
          organisation: caller.organisation,
          team: caller.team,
        });
        return redirect(web.afterSignInAgain?.(caller, carried.answer) ?? frame.homeOf(caller), {
          session: renewed,
          signIn: null,
        });
      }
      if (admitted.roles.length === 1) return letIn(admitted, 0, cookies.session);
      const choice = { ...admitted, authenticatedAt: admitted.authenticatedAt.toISOString() };
      return redirect('/sign-in/role', { signIn: carry({ is: 'choice', admitted: choice }) });
    },
  });
  const choiceIn = (sealed: string | null): Admitted => {
    const carried = open(sealed);
    if (carried.is !== 'choice') throw new HomewardError('SIGN_IN_FAILED');
    return { ...carried.admitted, authenticatedAt: new Date(carried.admitted.authenticatedAt) };
  };
  const shown = ({ name, roles }: Admitted): object => ({
    name,
    roles: roles.map(({ role, organisation, team }) => ({
      role: roleNames[role],
      organisation:
        [...web.site.councils, ...web.site.hospitals].find(({ id }) => id === organisation)?.name ?? organisation,
      team,
    })),
  });
  const chooseRole = definePage({
    method: 'GET',
    path: '/sign-in/role',
    permission: 'public',
    audit: beforeSignIn,
    title: 'Choose your role',
    handle: ({ cookies, render }) => render('choose-role.njk', shown(choiceIn(cookies.signIn))),
  });
  const roleChosen = definePage({
    method: 'POST',
    path: '/sign-in/role',
    permission: 'public',
    audit: 'sign-in',
    title: 'Choose your role',
    formToken: noSession,
    parse: z.object({ choice: z.coerce.number().int().min(0) }),
    handle: ({ form, cookies }) => letIn(choiceIn(cookies.signIn), form.choice, cookies.session),
    onInvalid: ({ cookies, render }) =>
      render(
        'choose-role.njk',
        { ...shown(choiceIn(cookies.signIn)), errors: [{ text: 'Select a role', href: '#choice-0' }] },
        { status: 400 },
      ),
  });
  return [back, chooseRole, roleChosen];
}

// Read, not posted: browsers hold a form's redirects to form-action, and the provider is elsewhere.
function againPage(web: WebDeps, carry: (carried: Carried) => string): Page {
  return definePage({
    method: 'GET',
    path: '/sign-in-again',
    permission: 'own-session',
    audit: beforeSignIn,
    title: 'Sign in again',
    query: z.object({ answer: z.uuid().optional().catch(undefined) }),
    async handle({ caller, query }) {
      const { address, attempt } = await web.signIn.begin(web.signIn.providerOf(caller.userId), caller.userId);
      return toProvider(address, carry({ is: 'attempt', attempt, answer: query.answer ?? null }));
    },
  });
}

function backChannelPage(web: WebDeps): Page {
  return definePage({
    method: 'POST',
    path: '/sign-in/:provider/back-channel',
    permission: 'public',
    audit: 'sign-out',
    title: 'Sign out by the provider',
    formToken: 'none: another server calls, and its signed token is the proof',
    crossSite: 'none: another server calls, and its signed token is the proof',
    answersJson: true,
    params: providerParams,
    parse: z.object({ logout_token: z.string().min(1) }),
    async handle({ params, form, json }) {
      await endByLogoutToken(web, params.provider, form.logout_token);
      return json({});
    },
  });
}

function toProvider(to: string, signIn: string): PageResult {
  return { is: 'to-provider', to, cookies: { signIn } };
}
