/**
 * The only way to put a page on the server. A page names who may see it and what it leaves in the
 * audit trail, or says why nothing: a type, not a habit (architecture rule 8).
 */
import type { Readable } from 'node:stream';
import type { z } from 'zod';
import type { AuditAction } from '../domain/audit-action.ts';
import type { Caller, Permission } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import type { CouncilPhones } from '../domain/council-phone.ts';

/** Who may ask for a page: holders of a permission, or anybody at all. */
export type Access = Permission | 'public';

/** What a page leaves in the audit trail. The service behind the page writes it, before anything is shown. */
export type AuditEvent = Exclude<
  AuditAction,
  'arrival-question' | 'reopen-stay' | 'send-to-system' | 'report-wrong-number' | 'list-mismatch'
>;

/** A page that discloses nothing about a person says so, and why. */
export type NoAudit = `none: ${string}`;

/** A way within this server; never another site's. */
export type LocalPath = `/${string}`;

type Schema = z.ZodType | undefined;
type Parsed<S extends Schema> = S extends z.ZodType ? z.output<S> : undefined;

/** What a page's handler is given. Nothing else of the request reaches it. */
export interface PageRequest<
  A extends Access = Access,
  F extends Schema = Schema,
  P extends Schema = Schema,
  Q extends Schema = Schema,
> {
  readonly caller: A extends 'public' ? Caller | null : Caller;
  /** The form, parsed by the page's `parse`; its token is already checked. */
  readonly form: Parsed<F>;
  readonly params: Parsed<P>;
  readonly query: Parsed<Q>;
  readonly clock: Clock;
  /** The page has reloaded itself (`reloadEvery`); nobody asked for it by hand. */
  readonly automatic: boolean;
  /** Every council's numbers for the hour it is. */
  readonly phones: readonly CouncilPhones[];
  /** Cookies, for the pages of signing in alone. */
  readonly cookies: { readonly session: string | null; readonly signIn: string | null; readonly known: string | null };
  /** The address from which the request came, for limits alone. */
  readonly client: string;
  /** The token that another system shows (`Authorization: Bearer …`); null without one. */
  readonly bearer: string | null;
  /** The uploaded file, once. Only on pages that declare `upload`. @throws HomewardError UPLOAD_INVALID, FORM_EXPIRED */
  upload(): Promise<Upload>;
  render(view: string, data?: object, options?: ViewOptions): PageResult;
  redirect(path: LocalPath, cookies?: CookieChanges): PageResult;
  download(body: Readable | string | Buffer, options: { filename: string; type: string }): PageResult;
  json(data: object, status?: number): PageResult;
  /** Server-sent events, for as long as the stream lives. */
  events(stream: Readable): PageResult;
}

export interface Upload {
  readonly filename: string;
  readonly stream: Readable;
  /** The form's fields that stood before the file. */
  readonly fields: Readonly<Record<string, string>>;
}

export interface ViewOptions {
  readonly status?: number;
  /** One of the page's `otherTitles`. */
  readonly title?: string;
  readonly cookies?: CookieChanges;
}

/** A text sets the cookie, null clears it, absent leaves it. */
export interface CookieChanges {
  readonly session?: string | null;
  readonly signIn?: string | null;
  readonly known?: string | null;
}

/** What a handler gives back; made by the request's own functions. */
export type PageResult =
  | { readonly is: 'view'; readonly view: string; readonly data: object; readonly options: ViewOptions }
  | { readonly is: 'redirect'; readonly to: string; readonly cookies: CookieChanges }
  | {
      readonly is: 'download';
      readonly body: Readable | string | Buffer;
      readonly filename: string;
      readonly type: string;
    }
  | { readonly is: 'json'; readonly data: object; readonly status: number }
  | { readonly is: 'events'; readonly stream: Readable }
  /** Off this server, to a sign-in provider of the configuration; made by the sign-in pages alone. */
  | { readonly is: 'to-provider'; readonly to: string; readonly cookies: CookieChanges }
  | { readonly is: 'asset'; readonly body: Buffer; readonly type: string; readonly encoding: string | null };

/** One thing wrong with a form. */
export interface FieldFault {
  readonly field: string;
  readonly message: string;
}

export interface PageSpec<A extends Access, F extends Schema, P extends Schema, Q extends Schema> {
  readonly method: 'GET' | 'POST';
  readonly path: LocalPath;
  readonly permission: A;
  readonly audit: AuditEvent | NoAudit;
  /** Fixed, so that no title ever holds a patient's name or number. */
  readonly title: string;
  readonly otherTitles?: readonly string[];
  readonly params?: P;
  readonly query?: Q;
  /** Schema of the form. Faults go to `onInvalid`; without it they are FORM_INVALID. */
  readonly parse?: F;
  /** Takes one file of at most so many bytes, streamed; the form's token must stand before it. */
  readonly upload?: { readonly maxBytes: number };
  /** Why the form needs no token of a session. A public form must say so, as nobody is signed in. */
  readonly formToken?: NoAudit;
  /** Why the request need not come from a page of this server. */
  readonly crossSite?: NoAudit;
  /** Puts the page into the menu of those who may see it, in this order; the first is where they land. */
  readonly navigation?: { readonly text: string; readonly order: number };
  /**
   * Kept up to date by our own script: `events` tells it that something has changed, and it asks for the `page` again
   * with `?live=yes`. Neither counts as use of the session: an unattended screen must still lock.
   */
  readonly live?: 'page' | 'events';
  /**
   * Has the browser ask for the page again after so many seconds, without scripts, so that nobody stays on a screen
   * who should not. Such a request does not count as use of the session.
   */
  readonly reloadEvery?: number;
  /** Answers faults as JSON, for scripts of our own pages and for other servers; `fhir`: as FHIR's OperationOutcome. */
  readonly answersJson?: true | 'fhir';
  handle(request: PageRequest<A, F, P, Q>): PageResult | Promise<PageResult>;
  onInvalid?(
    request: PageRequest<A, undefined, P, Q>,
    faults: readonly FieldFault[],
    given: Readonly<Record<string, unknown>>,
  ): PageResult | Promise<PageResult>;
}

const made = new WeakSet<object>();

/** A page that may be put on the server. */
export type Page = PageSpec<Access, Schema, Schema, Schema>;

/**
 * Defines a page.
 * @throws TypeError when the definition contradicts itself: the server must not start with it
 */
export function definePage<
  A extends Access,
  F extends Schema = undefined,
  P extends Schema = undefined,
  Q extends Schema = undefined,
>(spec: PageSpec<A, F, P, Q>): Page {
  const wrong = (reason: string): never => {
    throw new TypeError(`${spec.method} ${spec.path}: ${reason}`);
  };
  if (spec.method === 'GET' && (spec.parse ?? spec.upload ?? spec.formToken ?? spec.crossSite))
    wrong('a page that is read takes no form');
  if (spec.method === 'POST' && spec.permission === 'public' && !spec.formToken)
    wrong('a public form must say why it needs no token');
  if (/[:*]/.test(spec.path) && !spec.params) wrong('a path with parameters needs a schema for them');
  const reasons = [spec.audit, spec.formToken, spec.crossSite].filter((one) => one?.startsWith('none:'));
  if (reasons.some((one) => (one ?? '').replace('none:', '').trim().length < 10)) wrong('“none” needs a reason');
  if (spec.live && spec.method !== 'GET') wrong('only a page that is read can be kept up to date');
  if (spec.reloadEvery !== undefined && (spec.method !== 'GET' || /[:*]/.test(spec.path)))
    wrong('only a page that is read, under a fixed address, can reload itself');
  if (spec.navigation && (spec.method !== 'GET' || spec.permission === 'public'))
    wrong('only a page of a permission stands in the menu');
  const page = Object.freeze({ ...spec }) as unknown as Page;
  made.add(page);
  return page;
}

/** Whether a value came from {@link definePage}. */
export function isPage(value: unknown): value is Page {
  return typeof value === 'object' && value !== null && made.has(value);
}
