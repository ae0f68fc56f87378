/** The part of the composition root that puts together care providers' own people: accounts, sign-in, contacts. */
import type { Delivery } from './app-delivery.ts';
import type { Settings, Site } from './config.ts';
import { demoProvider } from './demo/provider.ts';
import type { Clock } from './domain/clock.ts';
import { faultTexts } from './domain/courier.ts';
import { OwnContacts, phoneToCallBack } from './services/provider-contact.ts';
import type { NoticeDeps } from './services/notices/deps.ts';
import { registerDemoProvider } from './services/provider-demo.ts';
import { ProviderPost, forgetOldAsks } from './services/provider-post.ts';
import type { Sessions } from './services/sessions.ts';
import type { Database } from './store/database.ts';
import type { Log } from './telemetry.ts';
import type { Page } from './web/page.ts';
import { providerChannelPages } from './web/pages/provider-channels.ts';
import { providerInboxPages } from './web/pages/provider-inbox.ts';
import { providerInvitationPages } from './web/pages/provider-invitation.ts';
import { providerPeoplePages } from './web/pages/provider-people.ts';
import { providerSettingsPages } from './web/pages/provider-settings.ts';
import { providerSignInPages } from './web/pages/provider-sign-in.ts';
import { sealWith } from './web/safety/cookies.ts';

export interface ProviderParts {
  readonly settings: Pick<Settings, 'baseUrl'>;
  readonly site: Site;
  readonly clock: Clock;
  readonly db: Database;
  readonly sessions: Sessions;
  readonly delivery: Pick<Delivery, 'mailer' | 'ways'>;
  readonly notices: NoticeDeps;
  readonly log: Pick<Log, 'error' | 'warn'>;
}

export interface ProviderSide {
  readonly pages: readonly Page[];
  readonly post: ProviderPost;
  readonly ownContacts: OwnContacts;
  /** Registers the demo's provider; does nothing outside the demo, nor a second time. */
  registerDemo(): Promise<void>;
  /** Forgets what is no longer needed. */
  forget(): Promise<void>;
}

/** Puts it together; no letter leaves before the post is started or woken. */
export function providerSide(parts: ProviderParts): ProviderSide {
  const { settings, site, clock, db, sessions, delivery, notices, log } = parts;
  const ownContacts = new OwnContacts(db);
  const secret = site.sealingSecret();
  const post = new ProviderPost(
    {
      db,
      clock,
      sessions,
      holidays: site.holidays,
      councils: site.councils,
      secret,
      onContact: () => ownContacts.forget(),
      baseUrl: settings.baseUrl,
      send: (letter) => delivery.mailer.send(letter),
      onHeldBack: () => log.warn({}, 'somebody asks for so many sign-in letters to one address that some are held back; the trail has whose'), // prettier-ignore
      onUnsent: (letter, code, goesOn) => log.warn({ code, letter, goesOn }, `a letter could not be sent${goesOn ? ', and will be tried again' : ''}: ${faultTexts[code]}`), // prettier-ignore
    },
    (error) => log.error({ name: (error as Error).name }, 'a letter of the sign-in could not be sent; it will be tried again'), // prettier-ignore
  );
  return {
    pages: [
      ...providerSignInPages({ provider: post.deps, seal: sealWith(secret) }),
      ...providerInvitationPages(post.deps),
      ...providerSettingsPages(post.deps),
      ...providerPeoplePages(post.deps),
      ...providerChannelPages({ ...delivery.ways, wake: () => post.wake() }),
      ...providerInboxPages({ notices, phoneOf: (caller) => phoneToCallBack(post.deps, caller) }),
    ],
    post,
    ownContacts,
    registerDemo: () => (site.demo ? registerDemoProvider({ db, clock }, demoProvider) : Promise.resolve()),
    forget: () => forgetOldAsks({ db, clock }),
  };
}
