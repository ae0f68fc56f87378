/**
 * Pages on which somebody of a care provider signs in by email. Every address is answered alike; a link is spent by
 * the button on its page, never by opening it; a code counts only in the browser that carries the ask's sealed cookie.
 */
import { z } from 'zod';
import { browserKnownFor, mostKnownAddresses, readCode, readEmail } from '../../domain/provider-account.ts';
import { HomewardError } from '../../domain/error.ts';
import type { ProviderDeps } from '../../services/provider-deps.ts';
import { askForLetter, beginAtPlace, openLink, tryCode } from '../../services/provider-sign-in.ts';
import type { AdmittedByEmail } from '../../services/provider-sign-in.ts';
import { definePage } from '../page.ts';
import type { LocalPath, Page, PageRequest, PageResult } from '../page.ts';
import { signInMinutes } from '../safety/cookies.ts';
import type { Seal } from '../safety/cookies.ts';
import { faultsFor } from './find-page.ts';

export interface ProviderSignInDeps {
  readonly provider: ProviderDeps;
  readonly seal: Seal;
}

/** Where people of a provider land. */
export const providerHome: LocalPath = '/inbox';

/** What the sealed cookie carries: a browser that asked, or somebody admitted who has several places. */
type Carried =
  | { readonly is: 'email-ask'; readonly browser: string }
  | {
      readonly is: 'email-place';
      readonly admitted: Omit<AdmittedByEmail, 'authenticatedAt'> & { readonly authenticatedAt: string };
    };

/** What the long-lived cookie carries: hashes of the addresses that signed in in this browser, the newest first. */
interface KnownFor {
  readonly is: 'email-known';
  readonly addresses: readonly string[];
}

const beforeSignIn = 'none: nobody is signed in yet; what comes of it is recorded';
const noSession = 'none: nobody is signed in yet; it must come from a page of this server, and its secret is the proof';
const linkParams = z.object({ token: z.string().max(100) });
const signInTitle = 'Sign in by email';
const codeTitle = 'Check your email';

/** The pages. */
export function providerSignInPages(deps: ProviderSignInDeps): Page[] {
  return [...askPages(deps), ...codePages(deps), ...linkPages(deps), ...placePages(deps)];
}

function askPages({ provider, seal }: ProviderSignInDeps): Page[] {
  const path: LocalPath = '/provider/sign-in';
  return [
    definePage({
      method: 'GET',
      path,
      permission: 'public',
      audit: beforeSignIn,
      title: signInTitle,
      handle: ({ caller, redirect, render }) =>
        caller ? redirect('/') : render('provider-sign-in.njk', { form: {}, ...faultsFor([]) }),
    }),
    definePage({
      method: 'POST',
      path,
      permission: 'public',
      audit: beforeSignIn,
      title: signInTitle,
      formToken: noSession,
      parse: z.object({ email: z.string().max(300).default('') }),
      async handle({ form, client, clock, cookies, redirect, render }) {
        const email = readEmail(form.email);
        const wrong = (message: string, status: number): PageResult =>
          render('provider-sign-in.njk', { form, ...faultsFor([{ field: 'email', message }]) }, { status });
        if (email === null) return wrong('Enter an email address in the correct format, like name@example.com', 422);
        const asked = await askForLetter(provider, email, client, knownIn({ provider, seal }, cookies.known));
        if (asked === 'too-many')
          return wrong('Too many emails have been asked for from here. Try again in an hour, or use the phone', 429);
        const carried: Carried = { is: 'email-ask', browser: asked.browser };
        const signIn = seal.seal(carried, new Date(clock.now().getTime() + signInMinutes * 60_000));
        return redirect('/provider/sign-in/code', { signIn });
      },
    }),
  ];
}

function codePages(deps: ProviderSignInDeps): Page[] {
  const path: LocalPath = '/provider/sign-in/code';
  const browserIn = (sealed: string | null): string | null => {
    const carried = deps.seal.open(sealed, deps.provider.clock.now()) as Carried | null;
    return carried?.is === 'email-ask' ? carried.browser : null;
  };
  return [
    definePage({
      method: 'GET',
      path,
      permission: 'public',
      audit: beforeSignIn,
      title: codeTitle,
      handle: ({ cookies, redirect, render }) =>
        browserIn(cookies.signIn) === null
          ? redirect('/provider/sign-in')
          : render('provider-code.njk', { gone: false, ...faultsFor([]) }),
    }),
    definePage({
      method: 'POST',
      path,
      permission: 'public',
      audit: 'sign-in',
      title: codeTitle,
      formToken: noSession,
      parse: z.object({ code: z.string().max(100).default('') }),
      async handle({ form, cookies, render }) {
        const browser = browserIn(cookies.signIn);
        const gone = (): PageResult =>
          render('provider-code.njk', { gone: true, ...faultsFor([]) }, { status: 410, cookies: { signIn: null } });
        if (browser === null) return gone();
        const wrong = (message: string): PageResult =>
          render('provider-code.njk', { gone: false, ...faultsFor([{ field: 'code', message }]) }, { status: 422 });
        if (readCode(form.code) === null) return wrong('Enter the 6 digits of the code');
        const tried = await tryCode(deps.provider, browser, form.code);
        if (tried === 'void') return gone();
        if (tried === 'wrong') return wrong('The code is not right. Check it in the newest email');
        return letIn(deps, tried, cookies);
      },
    }),
  ];
}

function linkPages(deps: ProviderSignInDeps): Page[] {
  const path: LocalPath = '/provider/sign-in/link/:token';
  return [
    definePage({
      method: 'GET',
      path,
      permission: 'public',
      audit: 'none: opening a link asks and spends nothing, whoever opens it',
      title: signInTitle,
      params: linkParams,
      handle: ({ render }) => render('provider-link.njk', { gone: false }),
    }),
    definePage({
      method: 'POST',
      path,
      permission: 'public',
      audit: 'sign-in',
      title: signInTitle,
      formToken: noSession,
      params: linkParams,
      async handle({ params, cookies, render }) {
        const admitted = await openLink(deps.provider, params.token);
        if (!admitted) return render('provider-link.njk', { gone: true }, { status: 410 });
        return letIn(deps, admitted, cookies);
      },
    }),
  ];
}

function placePages(deps: ProviderSignInDeps): Page[] {
  const path: LocalPath = '/provider/sign-in/place';
  const title = 'Choose where you are working';
  const admittedIn = (sealed: string | null): AdmittedByEmail | null => {
    const carried = deps.seal.open(sealed, deps.provider.clock.now()) as Carried | null;
    if (carried?.is !== 'email-place') return null;
    return { ...carried.admitted, authenticatedAt: new Date(carried.admitted.authenticatedAt) };
  };
  const view = ({ name, roles }: AdmittedByEmail): object => ({ name, places: roles.map(({ team }) => team) });
  return [
    definePage({
      method: 'GET',
      path,
      permission: 'public',
      audit: beforeSignIn,
      title,
      handle({ cookies, redirect, render }) {
        const admitted = admittedIn(cookies.signIn);
        return admitted
          ? render('provider-place.njk', { ...view(admitted), ...faultsFor([]) })
          : redirect('/provider/sign-in');
      },
    }),
    definePage({
      method: 'POST',
      path,
      permission: 'public',
      audit: 'sign-in',
      title,
      formToken: noSession,
      parse: z.object({ choice: z.string().default('') }),
      async handle({ form, cookies, redirect, render }) {
        const admitted = admittedIn(cookies.signIn);
        if (!admitted) return redirect('/provider/sign-in');
        const choice = /^\d{1,3}$/.test(form.choice) ? Number(form.choice) : -1;
        if (!admitted.roles[choice]) {
          const faults = faultsFor([{ field: 'choice-0', message: 'Choose where you are working' }]);
          return render('provider-place.njk', { ...view(admitted), ...faults }, { status: 422 });
        }
        // The cookie may be a copy of one that was used: it is good once.
        const session = await beginAtPlace(deps.provider, admitted, choice, cookies.session).catch(startAgain);
        if (session === null) return redirect('/provider/sign-in', { signIn: null });
        return redirect(providerHome, { session, signIn: null });
      },
    }),
  ];
}

async function letIn(
  deps: ProviderSignInDeps,
  admitted: AdmittedByEmail,
  given: PageRequest['cookies'],
): Promise<PageResult> {
  const known = knownTo(deps, given.known, admitted.addressHash);
  if (admitted.roles.length === 1) {
    const session = await beginAtPlace(deps.provider, admitted, 0, given.session);
    return { is: 'redirect', to: providerHome, cookies: { session, signIn: null, known } };
  }
  const carried: Carried = {
    is: 'email-place',
    admitted: { ...admitted, authenticatedAt: admitted.authenticatedAt.toISOString() },
  };
  const until = new Date(deps.provider.clock.now().getTime() + signInMinutes * 60_000);
  const signIn = deps.seal.seal(carried, until);
  return { is: 'redirect', to: '/provider/sign-in/place', cookies: { signIn, known } };
}

function startAgain(error: unknown): null {
  if (error instanceof HomewardError && error.code === 'SIGN_IN_FAILED') return null;
  throw error;
}

function knownIn({ provider, seal }: ProviderSignInDeps, sealed: string | null): readonly string[] {
  const known = seal.open(sealed, provider.clock.now()) as KnownFor | null;
  return known?.is === 'email-known' ? known.addresses : [];
}

function knownTo(deps: ProviderSignInDeps, sealed: string | null, address: string): string {
  const before = knownIn(deps, sealed).filter((one) => one !== address);
  const known: KnownFor = { is: 'email-known', addresses: [address, ...before].slice(0, mostKnownAddresses) };
  return deps.seal.seal(known, new Date(deps.provider.clock.now().getTime() + browserKnownFor));
}
