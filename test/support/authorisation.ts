/**
 * Who may do what: the authorisation matrix as it ought to be, one row for each route of the whole application.
 * It is written down apart from the code that decides (`domain/caller.ts` and the services), and read beside what the
 * running application does: `test/authorisation-matrix.test.ts`. A new route needs a row here.
 */
import type { Permission, Role } from '../../src/domain/caller.ts';

export const hospitalTeam = ['emergency-nurse', 'emergency-doctor', 'discharge-nurse', 'ward-clerk'] as const;
export const dutyWorker = ['council-duty-worker'] as const;
export const steward = ['council-data-steward'] as const;
export const privacyOfficer = ['privacy-officer'] as const;
export const operator = ['operator'] as const;
export const provider = ['provider-coordinator', 'provider-manager'] as const;
export const manager = ['provider-manager'] as const;
export const signedIn = [
  ...hospitalTeam,
  ...dutyWorker,
  ...steward,
  ...privacyOfficer,
  ...operator,
  ...provider,
] as const;

/** What a path or a form can name; each is made anew for every cell (`authorisation-things.ts`). */
export type Thing =
  | 'answer'
  | 'look-up to go on with'
  | 'stay'
  | 'closed stay'
  | 'bundle'
  | 'held bundle'
  | 'alert'
  | 'message'
  | 'notice'
  | 'restart accepted'
  | 'notice taken back'
  | 'telling'
  | 'notice sent'
  | 'notice answered'
  | 'notice that waits'
  | 'council’s message'
  | 'hold'
  | 'hold task'
  | 'hold task of ours'
  | 'hold task of theirs'
  | 'wrong number'
  | 'dead address'
  | 'question'
  | 'colleague'
  | 'invitation'
  | 'rota entry'
  | 'channel'
  | 'channel to confirm'
  | 'council’s channel to confirm'
  | 'former colleague'
  | 'council’s channel'
  | 'council’s person';

/** What happens to a request that is of the wrong organisation or person: as if the thing did not exist. */
export type Whose = 'the person’s own' | 'the organisation’s' | 'the service’s';

export interface Row {
  /** `GET /path`, as it is mounted. */
  readonly route: string;
  readonly permission: Permission | 'public';
  /** Roles that may; everybody with or without a session where the route is public. */
  readonly who: readonly Role[];
  /** What the route names (`:id` of its path, `{id}` in its form), or what its list shows. */
  readonly thing?: Thing;
  readonly whose?: Whose;
  /** A form as its page would send it: `{id}` is the thing, `{new}` a fresh id. */
  readonly form?: Readonly<Record<string, string>>;
  /** Of a list: words that only the thing's own organisation reads there. */
  readonly shows?: string;
  /** The answer to whoever may, where it is not a page or a way on (200, 303): there is nothing to do it to. */
  readonly answers?: number;
  /** Server-sent events: only the beginning is read. */
  readonly stream?: true;
}

/** What a cell of the matrix says. */
export type Verdict = 'yes' | 'nothing of it' | 'not there' | 'refused' | 'sign in' | `answers ${number}`;

/** Whether somebody asks about a thing of their own, of a colleague's, or of another organisation's. */
export type Relation = 'own' | 'colleague’s' | 'other organisation’s';
export const relations: readonly Relation[] = ['own', 'colleague’s', 'other organisation’s'];

/** What a row says of one caller. @param role null: nobody is signed in */
export function expected(row: Row, role: Role | null, relation: Relation): Verdict {
  const yes: Verdict = row.answers === undefined ? 'yes' : `answers ${row.answers}`;
  if (row.permission === 'public') return yes;
  if (role === null) return 'sign in';
  if (!row.who.includes(role)) return 'refused';
  if (row.answers === 410) return yes;
  if (!row.thing || row.whose === 'the service’s' || relation === 'own') return yes;
  const mine = relation === 'colleague’s' && row.whose !== 'the person’s own';
  return mine ? yes : row.shows === undefined ? 'not there' : 'nothing of it';
}

const organisations = { whose: 'the organisation’s' } as const;
const persons = { whose: 'the person’s own' } as const;
const services = { whose: 'the service’s' } as const;
const open = { permission: 'public', who: [] } as const;
const birth = { 'birth-day': '14', 'birth-month': '3', 'birth-year': '1941' };

/** Everybody may; the answer is the same to all. */
const publicRows: readonly Row[] = [
  { route: 'GET /assets/:file', ...open, answers: 404 },
  { route: 'GET /', ...open },
  { route: 'GET /health', ...open },
  { route: 'GET /phone-numbers', ...open },
  { route: 'GET /accessibility', ...open },
  { route: 'GET /privacy', ...open },
  { route: 'GET /cookies', ...open },
  { route: 'GET /sign-in', ...open },
  { route: 'GET /sign-in/:provider', ...open, answers: 404 },
  { route: 'GET /sign-in/:provider/callback', ...open, answers: 400 },
  { route: 'GET /sign-in/role', ...open, answers: 400 },
  { route: 'POST /sign-in/role', ...open, answers: 400 },
  { route: 'POST /sign-in/:provider/back-channel', ...open, answers: 400 },
  { route: 'GET /signed-out', ...open },
  { route: 'GET /provider/sign-in', ...open },
  { route: 'POST /provider/sign-in', ...open, answers: 422 },
  { route: 'GET /provider/sign-in/code', ...open },
  { route: 'POST /provider/sign-in/code', ...open, answers: 410 },
  { route: 'GET /provider/sign-in/link/:token', ...open },
  { route: 'POST /provider/sign-in/link/:token', ...open, answers: 410 },
  { route: 'GET /provider/sign-in/place', ...open, answers: 303 },
  { route: 'POST /provider/sign-in/place', ...open, answers: 303 },
  { route: 'GET /provider/invitation/:token', ...open, answers: 410 },
  { route: 'POST /provider/invitation/:token', ...open, answers: 410 },
  { route: 'GET /metrics/scrape', ...open, answers: 404 },
  // A council's own system shows its token; no session stands for one (council-api.test.ts, council-fhir.test.ts).
  { route: 'GET /api/council/lists/:list', ...open, answers: 401 },
  { route: 'GET /fhir/council/:list', ...open, answers: 401 },
  { route: 'POST /fhir/council/accesses/_search', ...open, form: { 'patient.identifier': '9990000018' }, answers: 401 },
  // The demo's own provider and mailbox: no site but the demo's has them.
  { route: 'GET /demo/mail', ...open },
  { route: 'GET /demo-sign-in/*', ...open, answers: 404 },
  { route: 'POST /demo-sign-in/*', ...open, answers: 404 },
  { route: 'GET /demo-sign-in/interaction/:uid', ...open, answers: 400 },
  { route: 'POST /demo-sign-in/interaction/:uid', ...open, answers: 400 },
];

const sessionRows: readonly Row[] = [
  // Nobody here came by a provider of the configuration, to which they could be sent again.
  { route: 'GET /sign-in-again', permission: 'own-session', who: signedIn, answers: 404 },
  { route: 'POST /session/extend', permission: 'own-session', who: signedIn },
  { route: 'POST /sign-out', permission: 'own-session', who: signedIn },
];

const lookUp = { permission: 'look-up', who: hospitalTeam } as const;
const closeStay = { permission: 'close-stay', who: hospitalTeam } as const;

/** An answer is for the person who asked, and a stay for the hospital in which it is. */
const hospitalRows: readonly Row[] = [
  { route: 'GET /find', ...lookUp },
  { route: 'POST /find', ...lookUp, form: { council: '999', nhsNumber: '999 000 0018', ...birth, reason: 'decide-admission', permission: 'refused' } },
  { route: 'POST /answers/:id/go-on', ...lookUp, thing: 'look-up to go on with', ...persons },
  { route: 'GET /answers/:id', ...lookUp, thing: 'answer', ...persons },
  { route: 'GET /answers/:id/card', ...lookUp, thing: 'answer', ...persons },
  { route: 'GET /board', permission: 'see-board', who: hospitalTeam, thing: 'stay', ...organisations, shows: 'HOLMES' },
  { route: 'POST /board/look-up', ...lookUp, thing: 'stay', ...organisations, form: { stay: '{id}' } },
  { route: 'POST /board/close', ...closeStay, thing: 'stay', ...organisations, form: { stay: '{id}' } },
  { route: 'POST /board/close/yes', ...closeStay, thing: 'stay', ...organisations, form: { stay: '{id}' } },
  // Says that some stay was closed, whichever, and not whose: there is nothing to find out.
  { route: 'GET /board/closed/:stay', ...closeStay, thing: 'closed stay', ...services },
  { route: 'POST /board/reopen', ...closeStay, thing: 'closed stay', ...organisations, form: { stay: '{id}' } },
  { route: 'GET /board/stale', ...closeStay, thing: 'stay', ...organisations, shows: 'HOLMES' },
  { route: 'POST /board/stale/close', ...closeStay, thing: 'stay', ...organisations, form: { stay: '{id}' } },
]; // prettier-ignore

const tell = { permission: 'tell', who: hospitalTeam } as const;
const told = { token: '{new}', of: 'with-us' } as const;

/** What was told is for everybody at the hospital that told it, whoever of them did. */
const toldRows: readonly Row[] = [
  { route: 'GET /answers/:id/tell', ...tell, thing: 'answer', ...persons },
  { route: 'POST /answers/:id/tell', ...tell, thing: 'answer', ...persons, form: told },
  { route: 'POST /answers/:id/calls', permission: 'record-call', who: hospitalTeam, thing: 'answer', ...persons, form: { provider: 'cqc:1-000000001', phone: '01632 960101', result: 'reached', token: '{new}' } },
  // Nothing was asked about this answer yet, so there is nothing to answer.
  { route: 'POST /answers/:id/outcome', permission: 'record-outcome', who: hospitalTeam, thing: 'answer', ...persons, form: { lookUp: '{new}', outcome: 'home-anyway' }, answers: 400 },
  { route: 'POST /answers/:id/permission', ...tell, thing: 'answer', ...persons, form: { answer: 'given' } },
  { route: 'POST /told/:id/permission', ...tell, thing: 'telling', ...organisations, form: { answer: 'given' } },
  { route: 'GET /told', ...tell, thing: 'telling', ...organisations, shows: 'HOLMES' },
  { route: 'GET /told/:id', ...tell, thing: 'telling', ...organisations },
  { route: 'GET /told/:id/live', ...tell, thing: 'telling', ...organisations, stream: true },
  { route: 'GET /told/:id/correct', ...tell, thing: 'telling', ...organisations },
  { route: 'POST /told/:id/correct', ...tell, thing: 'telling', ...organisations, form: told },
  { route: 'GET /told/:id/cancel', ...tell, thing: 'telling', ...organisations },
  // Whose text was not on the screen is shown first, and not sent.
  { route: 'POST /told/:id/cancel', ...tell, thing: 'telling', ...organisations, form: { token: '{new}' }, answers: 422 },
  { route: 'POST /told/notices/:id/take', ...tell, thing: 'notice sent', ...organisations, form: { telling: '{new}' } },
  { route: 'POST /told/notices/:id/settle', ...tell, thing: 'notice sent', ...organisations, form: { telling: '{new}', how: 'not-needed' } },
  { route: 'POST /told/notices/:id/phone', ...tell, thing: 'notice sent', ...organisations, form: { telling: '{new}', by: 'Petra Example', answer: 'accepted' } },
  { route: 'POST /told/notices/:id/release', ...tell, thing: 'notice that waits', ...organisations, form: { telling: '{new}', permission: 'given' } },
  { route: 'POST /told/tasks/:id/close', ...tell, thing: 'hold task of ours', ...organisations, form: { how: 'not-needed' } },
  // The provider sees its own part already: there is nothing to release, and nobody is told more than that.
  { route: 'POST /told/tasks/:id/release', ...tell, thing: 'hold task of ours', ...organisations, answers: 410 },
]; // prettier-ignore

const bundles = { permission: 'steward-bundles', who: steward } as const;

/** A council's people and files are for that council. */
const councilRows: readonly Row[] = [
  { route: 'GET /in-hospital', permission: 'see-people-in-hospital', who: dutyWorker, thing: 'stay', ...organisations, shows: 'HOLMES' },
  { route: 'GET /accesses', permission: 'see-council-accesses', who: dutyWorker },
  { route: 'POST /accesses', permission: 'see-council-accesses', who: dutyWorker, thing: 'council’s person', ...organisations, form: { who: '{id}' }, shows: 'Kings Vale' },
  { route: 'GET /extracts', ...bundles },
  { route: 'GET /extracts/check-report', ...bundles, answers: 404 },
  { route: 'GET /extracts/:id', ...bundles, thing: 'bundle', ...organisations },
  { route: 'GET /extracts/:id/quarantine.csv', ...bundles, thing: 'bundle', ...organisations },
  { route: 'POST /extracts', ...bundles, answers: 400 },
  // Works in the background on the council's own alone: the page before it says what came of it.
  { route: 'POST /extracts/:id/release', ...bundles },
  { route: 'POST /extracts/:id/discard', ...bundles, thing: 'held bundle', ...organisations },
  { route: 'GET /providers', permission: 'invite-providers', who: steward },
  { route: 'POST /providers', permission: 'invite-providers', who: steward, answers: 422 },
]; // prettier-ignore

const lists = { permission: 'work-council-lists', who: dutyWorker, ...organisations } as const;

/** A duty team works its own council's lists, on the screen and as files. */
const councilListRows: readonly Row[] = [
  { route: 'GET /council', permission: 'work-council-lists', who: dutyWorker },
  { route: 'GET /council/tasks', ...lists, thing: 'hold task', shows: 'HOLMES' },
  { route: 'GET /council/tasks/export.csv', ...lists, thing: 'hold task', shows: 'Barbara' },
  { route: 'POST /council/tasks/close', ...lists, thing: 'hold task', form: { id: '{id}', how: 'agreed' } },
  // The provider sees its own part already: there is nothing to release, and nobody is told more than that.
  { route: 'POST /council/tasks/release', ...lists, thing: 'hold task', form: { id: '{id}', how: 'released' }, answers: 410 },
  { route: 'GET /council/messages', ...lists, thing: 'council’s message', shows: 'HOLMES' },
  { route: 'GET /council/messages/export.csv', ...lists, thing: 'council’s message', shows: 'Barbara' },
  { route: 'GET /council/messages/:id', ...lists, thing: 'council’s message' },
  { route: 'POST /council/messages/:id/answer', ...lists, thing: 'council’s message', form: { answer: 'accepted' } },
  { route: 'GET /council/notices', ...lists, thing: 'notice sent', shows: 'HOLMES' },
  { route: 'GET /council/notices/export.csv', ...lists, thing: 'notice sent', shows: 'Barbara' },
  { route: 'GET /council/notices/:id', ...lists, thing: 'notice sent' },
  { route: 'POST /council/notices/:id/take', ...lists, thing: 'notice sent' },
  { route: 'POST /council/notices/:id/settle', ...lists, thing: 'notice sent', form: { how: 'not-needed' } },
  { route: 'POST /council/notices/:id/phone', ...lists, thing: 'notice sent', form: { by: 'Petra Example', answer: 'accepted' } },
  { route: 'POST /council/notices/:id/release', ...lists, thing: 'notice that waits' },
  { route: 'GET /council/holds', ...lists, thing: 'hold', shows: 'HOLMES' },
  { route: 'GET /council/holds/export.csv', ...lists, thing: 'hold', shows: 'Barbara' },
  { route: 'GET /in-hospital/export.csv', ...lists, thing: 'stay', shows: 'Barbara' },
  { route: 'GET /council/wrong-numbers', ...lists, thing: 'wrong number', shows: 'Larkfield Home Care' },
  { route: 'GET /council/wrong-numbers/export.csv', ...lists, thing: 'wrong number', shows: 'Larkfield Home Care' },
  { route: 'POST /council/wrong-numbers/close', ...lists, thing: 'wrong number', form: { id: '{id}', how: 'right' } },
  { route: 'GET /council/addresses', ...lists, thing: 'dead address', shows: 'dead@larkfield.example' },
  { route: 'GET /council/addresses/export.csv', ...lists, thing: 'dead address', shows: 'dead@larkfield.example' },
  { route: 'POST /council/addresses/close', ...lists, thing: 'dead address', form: { id: '{id}', how: 'told' } },
  { route: 'GET /council/channels', ...lists, thing: 'council’s channel', shows: 'matrix@sherwood.example' },
  { route: 'POST /council/channels', permission: 'work-council-lists', who: dutyWorker, answers: 422 },
  { route: 'POST /council/channels/code', ...lists, thing: 'council’s channel to confirm', form: { way: '{id}', code: '123456' }, answers: 422 },
  { route: 'POST /council/channels/switch', ...lists, thing: 'council’s channel', form: { way: '{id}', on: 'no' } },
  { route: 'POST /council/channels/remove', ...lists, thing: 'council’s channel', form: { way: '{id}' } },
  { route: 'POST /council/channels/timing', permission: 'work-council-lists', who: dutyWorker, form: { timing: 'at-once' } },
  { route: 'GET /council/questions', ...lists, thing: 'question', shows: 'Larkfield Home Care' },
  { route: 'GET /council/questions/export.csv', ...lists, thing: 'question', shows: 'Larkfield Home Care' },
]; // prettier-ignore

const review = { permission: 'review-accesses', who: privacyOfficer } as const;
const interfaces = { permission: 'run-interfaces', who: operator } as const;

const oversightRows: readonly Row[] = [
  { route: 'GET /who-looked', ...review },
  { route: 'POST /who-looked', ...review, thing: 'council’s person', ...organisations, form: { who: '{id}' }, shows: 'Emergency department' },
  { route: 'GET /alerts', ...review, thing: 'alert', ...organisations, shows: '/review"' },
  { route: 'POST /alerts/:id/review', ...review, thing: 'alert', ...organisations },
  { route: 'GET /without-a-stay', ...review },
  // Whoever runs the service runs it for every hospital: messages are masked, and reading one is audited.
  { route: 'GET /outcomes', permission: 'operate', who: operator },
  { route: 'GET /operator', permission: 'operate', who: operator },
  { route: 'GET /metrics', permission: 'operate', who: operator },
  { route: 'GET /interfaces', ...interfaces },
  { route: 'GET /interfaces/set-aside', ...interfaces },
  { route: 'GET /interfaces/messages/:id', ...interfaces, thing: 'message', ...services },
  { route: 'GET /interfaces/dead-letters', ...interfaces },
  { route: 'POST /interfaces/replay', ...interfaces, thing: 'message', ...services, form: { message: '{id}' } },
  { route: 'POST /interfaces/dead-letters/replay', ...interfaces, form: { destination: 'nowhere' }, answers: 410 },
  { route: 'POST /interfaces/dead-letters/settle', ...interfaces, form: { destination: 'nowhere', letter: '1' }, answers: 410 },
]; // prettier-ignore

const inbox = { permission: 'answer-notices', who: provider } as const;
const where = { permission: 'ask-whereabouts', who: provider } as const;
const house = { permission: 'manage-provider', who: manager } as const;

/** A provider's people see their own organisation alone. */
const providerRows: readonly Row[] = [
  { route: 'GET /inbox', ...inbox, thing: 'notice', ...organisations, shows: 'HOLMES' },
  { route: 'POST /inbox/tasks/:id/close', ...inbox, thing: 'hold task of theirs', ...organisations, form: { how: 'not-visiting' } },
  { route: 'GET /inbox/history', ...inbox, thing: 'notice answered', ...organisations, shows: 'HOLMES' },
  { route: 'GET /inbox/:id', ...inbox, thing: 'notice', ...organisations },
  { route: 'POST /inbox/:id/answer', ...inbox, thing: 'notice', ...organisations, form: { answer: 'accepted' } },
  { route: 'POST /inbox/:id/known', ...inbox, thing: 'notice taken back', ...organisations },
  { route: 'POST /inbox/:id/visit', ...inbox, thing: 'restart accepted', ...organisations, form: { happened: 'no' } },
  { route: 'GET /provider/where', ...where, thing: 'question', ...organisations, shows: '/provider/where/' },
  { route: 'POST /provider/where', ...where, form: { council: '999', nhsNumber: '999 000 0018', ...birth, token: '{new}' } },
  { route: 'GET /provider/where/:id', ...where, thing: 'question', ...organisations },
  { route: 'POST /provider/where/:id/found', ...where, thing: 'question', ...organisations },
  { route: 'GET /provider', ...house },
  { route: 'GET /provider/contact', ...house },
  { route: 'POST /provider/contact', ...house, answers: 422 },
  { route: 'GET /provider/rota', ...house, thing: 'rota entry', ...organisations, shows: 'Rita Example' },
  { route: 'POST /provider/rota', ...house, answers: 422 },
  { route: 'POST /provider/rota/remove', ...house, thing: 'rota entry', ...organisations, form: { entry: '{id}' } },
  { route: 'GET /provider/people', ...house, thing: 'colleague', ...organisations, shows: 'Colin Example' },
  { route: 'POST /provider/people', ...house, answers: 422 },
  { route: 'POST /provider/people/withdraw', ...house, thing: 'invitation', ...organisations, form: { invitation: '{id}' } },
  { route: 'POST /provider/people/:person/role', ...house, thing: 'colleague', ...organisations, form: { role: 'provider-manager' } },
  { route: 'POST /provider/people/:person/disable', ...house, thing: 'colleague', ...organisations },
  { route: 'POST /provider/people/:person/addresses', ...house, thing: 'former colleague', ...organisations },
  { route: 'GET /provider/channels', ...house, thing: 'channel', ...organisations, shows: 'matrix@larkfield.example' },
  { route: 'POST /provider/channels', ...house, answers: 422 },
  { route: 'POST /provider/channels/code', ...house, thing: 'channel to confirm', ...organisations, form: { way: '{id}', code: '123456' }, answers: 422 },
  { route: 'POST /provider/channels/switch', ...house, thing: 'channel', ...organisations, form: { way: '{id}', on: 'no' } },
  { route: 'POST /provider/channels/remove', ...house, thing: 'channel', ...organisations, form: { way: '{id}' } },
  { route: 'POST /provider/channels/timing', ...house, form: { timing: 'at-once' } },
  { route: 'GET /provider/clients', ...house },
  { route: 'GET /provider/clients/set-aside.csv', ...house },
  { route: 'GET /provider/clients/example.csv', ...house },
  { route: 'POST /provider/clients', ...house, answers: 422 },
  { route: 'POST /provider/clients/take', ...house, answers: 422 },
  { route: 'POST /provider/clients/discard', ...house, answers: 422 },
]; // prettier-ignore

/** Undoes what the demo loaded, so it comes last: of the council's own newest extract, whichever it is. */
const lastRows: readonly Row[] = [{ route: 'POST /extracts/roll-back', ...bundles }];

/** The whole matrix, as it ought to be. */
export const authorisation: readonly Row[] = [
  ...publicRows,
  ...sessionRows,
  ...hospitalRows,
  ...toldRows,
  ...councilRows,
  ...councilListRows,
  ...oversightRows,
  ...providerRows,
  ...lastRows,
];
