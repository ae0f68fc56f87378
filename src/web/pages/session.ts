/** Pages of a session that exists: staying, leaving, and what is shown after. */
import { z } from 'zod';
import type { WebDeps } from '../deps.ts';
import { definePage } from '../page.ts';
import type { Page } from '../page.ts';

const causes = ['idle', 'fault'] as const;

/** The pages. */
export function sessionPages({ sessions, clock, log }: WebDeps): Page[] {
  const extend = definePage({
    method: 'POST',
    path: '/session/extend',
    permission: 'own-session',
    audit: 'none: staying signed in discloses nothing',
    title: 'Stay signed in',
    answersJson: true,
    async handle({ cookies, json }) {
      const state = await sessions.find(cookies.session ?? '');
      const ends = state.is === 'live' ? state.session.idleEndsAt.getTime() : 0;
      return json({ idleSeconds: Math.max(0, Math.ceil((ends - clock.now().getTime()) / 1000)) });
    },
  });
  const signOut = definePage({
    method: 'POST',
    path: '/sign-out',
    permission: 'own-session',
    audit: 'sign-out',
    title: 'Sign out',
    async handle({ caller, redirect }) {
      try {
        await sessions.end(caller);
        return redirect('/signed-out', { session: null, signIn: null });
      } catch {
        // Whoever leaves a shared computer must be out of it, whatever else fails.
        log.error({ code: 'AUDIT_NOT_WRITTEN' }, 'sign-out not recorded');
        return redirect('/signed-out?why=fault', { session: null, signIn: null });
      }
    },
  });
  const signedOut = definePage({
    method: 'GET',
    path: '/signed-out',
    permission: 'public',
    audit: 'none: tells only that nobody is signed in',
    title: 'You are signed out',
    query: z.object({ why: z.enum(causes).optional().catch(undefined) }),
    handle: ({ query, render }) => render('signed-out.njk', { why: query.why ?? null }),
  });
  return [extend, signOut, signedOut];
}
