/** What the server is made of: handed in by the composition root, so that nothing here reaches outwards. */
import type { Caller } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import type { HolidayCalendar } from '../domain/office-hours.ts';
import type { Council, Hospital } from '../domain/organisation.ts';
import type { Persona, ProviderSettings } from '../domain/sign-in.ts';
import type { Sessions } from '../services/sessions.ts';
import type { SignIn } from '../services/sign-in.ts';
import type { LocalPath, Page } from './page.ts';

/** What pages need to know of the site. */
export interface WebSite {
  readonly name: string;
  readonly demo: boolean;
  readonly nhsLogo: boolean;
  readonly councils: readonly Council[];
  readonly hospitals: readonly Hospital[];
  readonly holidays: HolidayCalendar;
  readonly providers: readonly ProviderSettings[];
  readonly personas: readonly Persona[];
}

/** One part of the service and whether it is ready. */
export interface HealthCheck {
  readonly name: string;
  readonly ok: boolean;
  /** What is not ready, without anything of a person. */
  readonly detail?: string;
}

/** A log that hides what must not be logged (telemetry). */
export interface WebLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

/** A person whom the demo's start page lists. */
export interface DemoPersonRow {
  readonly council: string;
  readonly nhsNumber: string;
  readonly birthDate: string;
  readonly name: string;
  readonly answer: string;
  readonly note: string;
}

export interface WebDeps {
  readonly site: WebSite;
  /** Address people use, without a slash at its end. */
  readonly baseUrl: string;
  readonly clock: Clock;
  readonly sessions: Sessions;
  readonly signIn: SignIn;
  /** Key material for the cookie that lives while somebody signs in. */
  readonly sealingSecret: string;
  /** The product's pages, beside those of the frame. */
  readonly pages: readonly Page[];
  readonly health: () => Promise<readonly HealthCheck[]>;
  readonly log: WebLog;
  /** Counts a finished request: route pattern, never an address. */
  readonly observe?: (request: { method: string; route: string; status: number; seconds: number }) => void;
  /** Numbers beside entries of somebody's menu, by the pages' paths; none when not given. Must not throw. */
  readonly menuCounts?: (caller: Caller) => Promise<Readonly<Record<string, number>>>;
  readonly demoPeople?: readonly DemoPersonRow[];
  /** Where somebody goes on who signed in again; their menu's first page when not given. */
  readonly afterSignInAgain?: (caller: Caller, answer: string | null) => LocalPath;
  /** Care providers sign in by email here. */
  readonly emailSignIn?: true;
  /** Addresses of the proxies in front, whose word on where a request came from is taken; none when not given. */
  readonly trustedProxies?: readonly string[];
  /** Longest time, in milliseconds, that the process may be held up before it sends people to the phone. */
  readonly maxEventLoopDelay?: number;
}
