/**
 * The demo's sign-in: a real OpenID provider in this process that signs in whichever persona is
 * chosen, so that the demo goes through the very code of a real sign-in. It is on the server only
 * for a demo site on this computer itself. The only home of `oidc-provider`.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import Provider from 'oidc-provider';
import type { Configuration, JWK } from 'oidc-provider';
import { z } from 'zod';
import { HomewardError } from '../domain/error.ts';
import { callbackPath, demoClientId, demoIssuerPath } from '../services/sign-in.ts';
import { demoMemory } from './demo-memory.ts';
import type { WebDeps } from './deps.ts';
import { escapeHtml } from './filters.ts';
import { definePage } from './page.ts';
import type { LocalPath, Page } from './page.ts';
import { shownPersonas } from './personas.ts';
import type { ShownPersona } from './personas.ts';
import { pageOf } from './safety/guard.ts';

const issuerPath: LocalPath = demoIssuerPath;
const fictional = 'none: the demo knows only fictional people; the service records the sign-in itself';

/**
 * The pages of the demo's sign-in; none on any other site.
 * @throws HomewardError CONFIG_DEMO_EXPOSED when the address is not this computer itself
 */
export function demoSignInPages(server: FastifyInstance, web: WebDeps): Page[] {
  if (!web.site.demo || web.site.personas.length === 0) return [];
  // Settings are checked at start; here again, since this door has no lock.
  if (!/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(web.baseUrl).hostname))
    throw new HomewardError('CONFIG_DEMO_EXPOSED');
  const provider = makeProvider(web);
  const answer = provider.callback();
  const inside = (method: 'GET' | 'POST'): Page =>
    definePage({
      method,
      path: `${issuerPath}/*`,
      permission: 'public',
      audit: fictional,
      title: 'Demo sign-in',
      params: z.unknown(),
      ...(method === 'POST' && {
        formToken: 'none: requests of the OpenID protocol, which has proofs of its own',
        crossSite: 'none: the service itself asks for tokens, from no page at all',
      }),
      handle: () => {
        throw new Error('The provider answers before the body is read');
      },
    });
  const passedOn = [inside('GET'), inside('POST')];
  server.addHook('onRequest', async (request, reply) => {
    const page = pageOf(request);
    if (page === null || !passedOn.includes(page)) return;
    reply.hijack();
    const { raw } = request;
    // The provider finds its own addresses from what was cut off.
    Object.assign(raw, { originalUrl: raw.url, url: (raw.url ?? '').slice(issuerPath.length) || '/' });
    await answer(raw, reply.raw);
  });
  return [...passedOn, ...personaPages(provider, shownPersonas(web.site))];
}

function personaPages(provider: Provider, personas: readonly ShownPersona[]): Page[] {
  const params = z.object({ uid: z.string().regex(/^[\w-]{1,64}$/) });
  const path: LocalPath = `${issuerPath}/interaction/:uid`;
  const find = async (uid: string): Promise<InstanceType<Provider['Interaction']>> => {
    const interaction = await provider.Interaction.find(uid);
    if (!interaction) throw new HomewardError('SIGN_IN_FAILED', 'Start again.');
    return interaction;
  };
  const choose = definePage({
    method: 'GET',
    path,
    permission: 'public',
    audit: fictional,
    title: 'Choose who to be',
    params,
    async handle({ params: { uid }, render }) {
      const { login_hint: hint } = (await find(uid)).params;
      const again = personas.filter(({ id }) => id === hint);
      return render('demo-personas.njk', { personas: again.length > 0 ? again : personas, again: again.length > 0 });
    },
  });
  const chosen = definePage({
    method: 'POST',
    path,
    permission: 'public',
    audit: fictional,
    title: 'Choose who to be',
    formToken: 'none: the provider goes on only with the cookie that it gave this browser',
    params,
    parse: z.object({ persona: z.enum(personas.map(({ id }) => id)) }),
    async handle({ params: { uid }, form, redirect }) {
      const interaction = await find(uid);
      // Each sign-in stands alone: the provider would ask first to sign out whoever was here before.
      if (interaction.session) {
        await (await provider.Session.findByUid(interaction.session.uid))?.destroy();
        delete interaction.session;
      }
      interaction.result = { login: { accountId: form.persona, remember: false } };
      await interaction.save(600);
      return redirect(new URL(interaction.returnTo).pathname as LocalPath);
    },
  });
  return [choose, chosen];
}

function makeProvider({ site, baseUrl, clock, signIn }: WebDeps): Provider {
  const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });
  const configuration: Configuration = {
    adapter: demoMemory(clock),
    clients: [
      {
        client_id: demoClientId,
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code'],
        response_types: ['code'],
        redirect_uris: signIn.providers.map(({ id }) => baseUrl + callbackPath(id)),
      },
    ],
    jwks: { keys: [{ ...key, use: 'sig', alg: 'RS256', kid: 'demo' } as JWK] },
    cookies: {
      keys: [randomBytes(32).toString('hex')],
      long: { httpOnly: true, sameSite: 'lax', path: issuerPath },
      short: { httpOnly: true, sameSite: 'lax', path: issuerPath },
    },
    claims: {
      openid: ['sub'],
      profile: ['name', ...new Set(site.personas.flatMap(({ claims }) => Object.keys(claims)))],
    },
    features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: false } },
    interactions: { url: (_context, { uid }) => `${issuerPath}/interaction/${uid}` },
    findAccount(_context, id) {
      const persona = site.personas.find((one) => one.id === id);
      return persona && { accountId: id, claims: () => ({ sub: id, name: persona.name, ...persona.claims }) };
    },
    // Nobody is asked to consent to a demo.
    async loadExistingGrant({ oidc }) {
      const grant = new oidc.provider.Grant({ clientId: demoClientId, accountId: oidc.session?.accountId ?? '' });
      grant.addOIDCScope('openid profile');
      await grant.save();
      return grant;
    },
    ttl: { AccessToken: 600, AuthorizationCode: 60, IdToken: 600, Interaction: 600, Session: 3600, Grant: 3600 },
    renderError(context, { error }) {
      context.type = 'html';
      context.body = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Demo sign-in failed</title></head><body><main><h1>Demo sign-in failed</h1><p>${escapeHtml(error)}</p><p><a href="/">Start again</a></p></main></body></html>`;
    },
  };
  return new Provider(baseUrl + issuerPath, configuration);
}
