/** What pages say of messages, tasks and the trail must not deny what has happened. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { HoldTaskView } from '../src/services/notices/hold-find.ts';
import type { VisitGap } from '../src/services/notices/status.ts';
import type { NoticeView } from '../src/services/notices/view.ts';
import type { Access } from '../src/services/review-accesses.ts';
import { disclosedLines } from '../src/web/pages/access-words.ts';
import { councilState } from '../src/web/pages/council-words.ts';
import { toDoText } from '../src/web/pages/provider-inbox-tasks.ts';
import { nobodyTold, teamGroups, tellingViews, toldLines } from '../src/web/pages/told-view.ts';
import { stateWords } from '../src/web/pages/told-words.ts';

const at = (time: string): Date => new Date(`2026-08-31T${time}:00+01:00`);
const now = at('10:30');
const beside = { gaps: [], phones: new Map(), duty: null, died: false };

function notice(changes: Partial<NoticeView> = {}): NoticeView {
  return {
    id: 'N1', telling: 'T1', kind: 'hold', of: 'hold', hospital: 'ods:XRV', council: '999', team: 'Emergency department', sentBy: 'Nia Example',
    automatic: false, recipient: { kind: 'provider', id: 'cqc:1-000000001' }, recipientName: 'Larkfield Home Care', status: 'queued', open: true,
    waits: false, text: { heading: 'Hold visits', who: ['HOLMES, Barbara'], what: [] }, hidden: false, createdAt: at('10:00'), deliverFrom: at('10:00'),
    owner: { party: 'sender', organisation: 'ods:XRV', team: 'Emergency department', duty: 'deliver' }, next: null, steps: [], channels: new Map(),
    seen: null, reply: null, visited: null, taken: null, settled: null, withdrawn: null, followedBy: null, ...changes,
  } as unknown as NoticeView; // prettier-ignore
}

const takenBack = { status: 'withdrawn', open: false, owner: null, withdrawn: { why: 'sent-in-error', at: at('10:20') } } as const; // prettier-ignore
const bounced = new Map([['portal', { is: 'bounced', at: at('10:01') }]]) as NoticeView['channels'];
const seen = { by: { id: 'p', name: 'Petra Example', organisation: 'cqc:1-000000001' }, at: at('10:10') };

describe('a message that was taken back', () => {
  it('before it went out was written and not sent, and reached nobody: nothing is still to come', () => {
    const one = notice(takenBack);
    assert.match(tellingViews([one], beside, now)[0]?.sent ?? '', /^Written by Nia Example, Emergency department/);
    assert.equal(nobodyTold([one]), 'Nothing reached anybody.');
    assert.match(stateWords(one, now).text, /^It had reached nobody\./);
  });

  it('after somebody had opened it is not said to have reached nobody, whatever failed before (H14)', () => {
    const one = notice({ ...takenBack, channels: bounced, seen });
    assert.doesNotMatch(stateWords(one, now).text, /reached nobody/);
    assert.match(stateWords(one, now).text, /They may have read it/);
    assert.match(tellingViews([one], beside, now)[0]?.sent ?? '', /^Sent by Nia Example/);
  });

  it('when it had failed in every way does not stand among those who were told as if it had arrived', () => {
    const one = notice({ ...takenBack, channels: bounced });
    const told = [{ notice: 'N1', kind: 'hold', recipient: one.recipient, at: at('10:01'), status: 'withdrawn', done: false }] as const; // prettier-ignore
    assert.deepEqual(toldLines(told, [one], now).map(({ tag }) => tag), ['Not delivered']); // prettier-ignore
  });
});

describe('a message that was cancelled by one that did not arrive', () => {
  const by = notice({ id: 'N2', kind: 'cancellation', status: 'bounced', channels: bounced });
  const said = (changes: Partial<NoticeView>): string => {
    const { tone, text } = stateWords(notice({ status: 'cancelled', followedBy: 'N2', ...changes }), now, [by]);
    return `${tone}: ${text}`;
  };

  it('says in one sentence that neither reached them, and why they are phoned all the same (H14)', () => {
    assert.equal(said({ channels: bounced }), 'red: Neither this message nor its cancellation has reached them: phone them, as somebody may have told them by phone.'); // prettier-ignore
    assert.equal(said({ kind: 'correction' }), 'red: Neither this correction nor its cancellation has reached them: phone them, as they may go by what they were told before.'); // prettier-ignore
    assert.equal(said({ channels: bounced, seen }), 'red: The cancellation has not reached them: phone them.');
  });
});

describe('a message that has not arrived', () => {
  it('is on its way, and nobody is pressed, until somebody is asked to phone (H08)', () => {
    const [calm] = teamGroups([notice()], now);
    assert.deepEqual([calm?.ours, calm?.lines[0]?.tag, calm?.lines[0]?.tone], [false, 'On its way', 'grey']);
    assert.equal(nobodyTold([notice()]), 'Nothing has reached anybody yet.');
    const late = notice({ owner: { party: 'sender', organisation: 'ods:XRV', team: null, duty: 'phone' } });
    const [pressing] = teamGroups([late], now);
    assert.deepEqual([pressing?.ours, pressing?.lines[0]?.tag, pressing?.lines[0]?.tone], [true, 'Not arrived yet', 'yellow']); // prettier-ignore
    assert.equal(tellingViews([late], beside, now)[0]?.recipients[0]?.owner?.ours, true);
    const council = councilState(notice({ owner: { party: 'council', organisation: '999', team: null, duty: 'phone' } }), now); // prettier-ignore
    assert.deepEqual([council.tag, council.tone], ['Not arrived yet', 'yellow']);
  });
});

describe('whether a message was sent', () => {
  const words = (changes: Partial<NoticeView>): readonly string[] => {
    const one = notice(changes);
    const pages = [tellingViews([one], beside, now)[0]?.sent, teamGroups([one], now)[0]?.lines[0]?.sent];
    return pages.map((text) => text?.split(' ')[0] ?? '');
  };
  const stopped = { status: 'stopped', withdrawn: { why: 'permission-refused', at: at('10:20') } } as const;

  it('is told alike in the team’s list and on its own page: what never left was written (H14)', () => {
    assert.deepEqual(words({ status: 'waiting', waits: true }), ['Written', 'Written']);
    assert.deepEqual(words(stopped), ['Written', 'Written']);
    assert.deepEqual(words({ deliverFrom: new Date('2026-09-01T09:00:00+01:00') }), ['Written', 'Written']);
  });

  it('is said of what is on its way, has been tried, or was opened before it went out', () => {
    assert.deepEqual(words({}), ['Sent', 'Sent']);
    assert.deepEqual(words({ deliverFrom: now }), ['Sent', 'Sent']);
    assert.deepEqual(words({ ...stopped, channels: bounced }), ['Sent', 'Sent']);
    assert.deepEqual(words({ status: 'seen', seen, deliverFrom: at('18:00') }), ['Sent', 'Sent']);
  });
});

describe('a first visit that came long after the patient was home', () => {
  const gap = { notice: 'N1', gap: { is: 'too-long', ms: 8 * 3_600_000 }, home: { at: at('09:40') }, firstVisit: at('17:40'), left: false } as unknown as VisitGap; // prettier-ignore
  const shown = (visited: NoticeView['visited']): string | undefined =>
    tellingViews([notice({ of: 'restart', status: 'accepted', open: false, owner: null, visited })], { ...beside, gaps: [gap] }, now)[0]?.recipients[0]?.gap?.text; // prettier-ignore

  it('is warned of until the provider says that it took place (H27)', () => {
    const said = { by: seen.by, at: at('18:00') };
    assert.match(shown(null) ?? '', /8 hours without care\. Before the patient leaves/);
    assert.match(shown({ ...said, happened: false }) ?? '', /8 hours without care/);
    assert.equal(shown({ ...said, happened: true }), undefined);
  });
});

describe('a task to which the provider has said its word', () => {
  const text = 'The person has gone home and the provider has not agreed a first visit. Phone the care provider.';
  const said = (how: string, firstVisit: Date | null = null): HoldTaskView['said'] =>
    ({ how, at: now, by: 'Petra Example', firstVisit }); // prettier-ignore

  it('does not say that no visit is agreed below "we are visiting"', () => {
    const visiting = toDoText({ cause: 'discharged', text, said: said('visiting', at('18:00')) }, 'person');
    assert.equal(visiting, 'The person has gone home. If this is soon enough, close the task. If not, phone the care provider.'); // prettier-ignore
  });

  it('is not to be closed for a visit of which nobody has said when it is: its time is confirmed by phone (H27)', () => {
    const toDo = (cause: HoldTaskView['cause']): string => toDoText({ cause, text, said: said('phoned-them') }, 'patient'); // prettier-ignore
    assert.equal(toDo('discharged'), 'The patient has gone home. Phone the care provider and confirm the time of the first visit.'); // prettier-ignore
    assert.equal(toDo('closed-by-hand'), 'The patient is believed to be home. Phone the care provider and confirm the time of the first visit.'); // prettier-ignore
  });

  it('says of a stay that was entered in error no more than that, and not where the person was', () => {
    for (const how of ['visiting', 'phoned-them'])
      assert.equal(toDoText({ cause: 'cancelled', text, said: said(how) }, 'patient'), 'This stay was entered in error. Phone the care provider and confirm the time of the next visit.'); // prettier-ignore
  });

  it('still says all of it where nobody is coming, nothing was said, or the word settles nothing of it', () => {
    assert.equal(toDoText({ cause: 'discharged', text, said: said('not-visiting') }, 'person'), text);
    assert.equal(toDoText({ cause: 'discharged', text, said: null }, 'person'), text);
    assert.equal(toDoText({ cause: 'merged', text, said: said('visiting') }, 'person'), text);
  });
});

describe('what was told of a person', () => {
  const opened = (time: string, userName = 'Carol Example'): Access =>
    ({ at: at(time), userName, role: 'council-duty-worker', team: 'Adult care duty team', organisation: '999', action: 'see-council-notice', outcome: 'shown', to: [] }) as unknown as Access; // prettier-ignore

  it('is one line for what the same person did within the minute, with how often', () => {
    const answered = { ...opened('10:25'), action: 'answer-notice', outcome: 'accepted' } as Access;
    const list = [opened('10:25'), opened('10:25'), answered, opened('10:24'), opened('10:24', 'Dilys Example')];
    const lines = disclosedLines(list, (id) => id, now);
    assert.deepEqual(lines.map(({ who, when }) => `${who} ${when}`), ['Carol Example today at 10:25am', 'Carol Example today at 10:24am', 'Dilys Example today at 10:24am']); // prettier-ignore
    assert.deepEqual(lines[0]?.acts, [
      { what: 'Opened a message to a provider', came: null, times: 2 },
      { what: 'Answered a message', came: 'Agreed', times: 1 },
    ]);
  });
});
