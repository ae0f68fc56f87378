/** The interface pages over HTTP: who may see them, what they say, what they never show, and what replay does. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { feedHands } from './support/interfaces.ts';
import type { FeedHands } from './support/interfaces.ts';
import { startApp } from './support/running.ts';
import type { RunningApp } from './support/running.ts';
import { signIn } from './support/web.ts';
import type { SignedIn } from './support/web.ts';

let app: RunningApp;
let owen: SignedIn;
let hands: FeedHands;

before(async () => {
  app = await startApp('2026-03-02T10:00:00Z');
  owen = await signIn(app.baseUrl, 'owen');
  hands = feedHands(app.app);
});
after(() => app.stop());

const words = (html: string): string =>
  html
    .replace(/<(style|script)[\s\S]*?<\/\1>/g, ' ')
    // Names of columns that stand in each cell, for a narrow screen.
    .replace(/<span class="nhsuk-table-responsive__heading"[^>]*>[^<]*<\/span>/g, ' ')
    .replace(/<[^>]+>/g, ' ')
    .replace(/&#39;/g, '’')
    .replace(/\s+/g, ' ');
const see = async (path: string): Promise<string> => words((await owen.get(path)).text);
const states = async (): Promise<string[]> => {
  const rows = await app.app.db.sql.selectFrom('hl7_message').select('state').orderBy('message_id').execute();
  return rows.map(({ state }) => state);
};
const idOf = async (controlId: string): Promise<string> => {
  const query = app.app.db.sql.selectFrom('hl7_message').select('message_id').where('control_id', '=', controlId);
  return (await query.executeTakeFirstOrThrow()).message_id;
};

/** Everything in a test message that could tell who the patient is. */
const patient = ['HOLMES', 'Barbara', '9990000018', '999 000 0018', '19410314'];

describe('the page of interfaces', () => {
  it('H09: says that a feed has never been heard, before anything has come', async () => {
    const text = await see('/interfaces');
    assert.match(text, /Needs somebody now/);
    assert.match(text, /Nothing has come from feed kings-vale-adt for as long as messages are kept/);
    assert.match(text, /Never heard/);
    assert.match(text, /Not in this process/);
  });

  it('shows when a feed was last heard, how fast it comes, and what it made of it', async () => {
    assert.equal(await hands.send('A04'), 'AA KV1');
    assert.match(await see('/interfaces'), /just now \(today at 10am\) 1 1, oldest just now 0 0/);
    await hands.apply();
    const text = await see('/interfaces');
    assert.match(text, /Heard just now \(today at 10am\) 1 0 0 1/);
    assert.match(text, /All well/);
  });

  it('H09: says when messages are taken and not applied', async () => {
    await hands.send('A08');
    app.clock.advance(3);
    assert.match(await see('/interfaces'), /are not being applied: the oldest came 3 minutes ago/);
    await hands.apply();
    assert.doesNotMatch(await see('/interfaces'), /not being applied/);
  });

  it('H09: says that a feed is silent, and since when', async () => {
    app.clock.advance(40);
    owen = await signIn(app.baseUrl, 'owen');
    assert.match(
      await see('/interfaces'),
      /Feed kings-vale-adt is silent: nothing has come since today at 10am, longer than is usual at this hour/,
    );
  });

  it('is for the operator alone, and leaves its own audit event', async () => {
    const before = await app.audited('see-interfaces');
    await owen.get('/interfaces');
    assert.equal(await app.audited('see-interfaces'), before + 1);
    for (const persona of ['nia', 'stefan', 'priya', 'carol']) {
      const other = await signIn(app.baseUrl, persona);
      for (const path of ['/interfaces', '/interfaces/set-aside', '/interfaces/messages/1', '/interfaces/dead-letters'])
        assert.equal((await other.get(path)).status, 403, `${persona} on ${path}`);
      for (const path of ['/interfaces/replay', '/interfaces/dead-letters/replay'])
        assert.equal((await other.post(path, { message: '1', destination: 'x' })).status, 403, `${persona} on ${path}`);
    }
    assert.equal(await app.audited('see-interfaces'), before + 1);
  });

  it('S6: shows nothing when that cannot be recorded', async () => {
    app.breakDatabase(/insert into "?audit_event/);
    const reply = await owen.get('/interfaces');
    app.breakDatabase(null);
    assert.ok(reply.status >= 500);
    assert.doesNotMatch(reply.text, /kings-vale-adt/);
  });
});

describe('messages set aside', () => {
  before(async () => {
    app.clock.set('2026-03-02T11:00:00Z');
    owen = await signIn(app.baseUrl, 'owen');
    for (const [controlId, patientClass] of [
      ['Q1', 'ZZ'],
      ['Q2', 'ZZ'],
      ['Q3', 'DAY'],
      ['Q4', '9990000018'],
    ] as const)
      // prettier-ignore
      assert.equal(await hands.send('A01', { 'MSH-10': controlId, 'PV1-2': patientClass }), `AA ${controlId}`);
    assert.equal(await hands.send('A01', { 'MSH-10': 'P1', 'PID-3': 'X1^^^ELSEWHERE^XX' }), 'AA P1');
    assert.equal(await hands.send('A01', { 'MSH-10': 'F1', 'PV1-19': '' }), 'AE F1');
    assert.equal(await hands.send('A01', { 'MSH-10': 'R1', 'MSH-3': 'WHO?' }), 'AR R1');
  });

  it('are counted by reason, with the field and the value that nobody has mapped', async () => {
    const text = await see('/interfaces');
    assert.match(text, /5 messages are set aside until the feed file is mended/);
    assert.match(text, /CLASS_UNMAPPED The feed’s file does not say what this patient class \(PV1-2\) means/);
    assert.match(text, /PV1-2 ZZ \(2\)/);
    assert.match(text, /PV1-2 DAY \(1\)/);
    assert.match(text, /Refused as faulty VISIT_NUMBER_MISSING/);
    assert.match(text, /Rejected SENDER_UNKNOWN MSH-3 and MSH-4 are not those of this feed\. none/);
  });

  it('hide a number that stands where a code belongs', async () => {
    for (const path of [
      '/interfaces',
      '/interfaces/set-aside?feed=kings-vale-adt&code=CLASS_UNMAPPED',
      `/interfaces/messages/${await idOf('Q4')}`,
    ]) {
      const { text, status } = await owen.get(path);
      assert.equal(status, 200);
      assert.match(text, /not a code, 10 characters/);
      for (const word of patient) assert.ok(!text.includes(word), `${path} shows ${word}`);
    }
  });

  it('are listed with their control ids, and each opens with its codes readable and its patient masked', async () => {
    const list = await owen.get('/interfaces/set-aside?feed=kings-vale-adt&code=CLASS_UNMAPPED');
    const path = `/interfaces/messages/${await idOf('Q1')}`;
    assert.ok(list.text.includes(`href="${path}"`));
    const before = await app.audited('see-message');
    const text = await see(path);
    assert.equal(await app.audited('see-message'), before + 1);
    assert.match(text, /CLASS_UNMAPPED : The feed’s file does not say/);
    assert.match(text, /PV1-2, value ZZ/);
    assert.match(text, /MSH\|/);
    assert.match(text, /PV1\|[^|]*\|ZZ\|/);
    for (const word of patient) assert.ok(!text.includes(word), `${word} is shown`);
    assert.match(text, /Replay this message/);
  });

  it('offer no replay of what was refused: its sender knows', async () => {
    const text = await see(`/interfaces/messages/${await idOf('F1')}`);
    assert.match(text, /Its sender was told/);
    assert.doesNotMatch(text, /Replay this message/);
    const refused = await owen.post('/interfaces/replay', { message: await idOf('F1') });
    assert.equal(refused.status, 410);
    assert.match(words(refused.text), /This message is not here any more/);
  });

  it('are replayed one by one, and all with one reason, each audited', async () => {
    const one = await owen.post('/interfaces/replay', { message: await idOf('Q1') });
    assert.equal(one.status, 303);
    assert.equal(one.headers.get('location'), '/interfaces?replayed=1');
    assert.match(await see('/interfaces?replayed=1'), /1 message will be read again now/);
    const all = await owen.post('/interfaces/replay', { feed: 'kings-vale-adt', code: 'CLASS_UNMAPPED' });
    assert.equal(all.headers.get('location'), '/interfaces?replayed=3');
    assert.equal(await app.audited('replay-messages'), 2);
    assert.equal((await states()).filter((state) => state === 'waiting').length, 4);
    // The feed file is as it was: they are set aside again, and say how often they were replayed.
    await hands.apply();
    assert.equal((await states()).filter((state) => state === 'quarantined').length, 5);
    assert.match(await see(`/interfaces/messages/${await idOf('Q1')}`), /replayed once/);
  });

  it('are gone from the page when another operator has replayed them meanwhile', async () => {
    await owen.post('/interfaces/replay', { feed: 'kings-vale-adt', code: 'HOSPITAL_NUMBER_UNMAPPED' });
    const again = await owen.post('/interfaces/replay', { feed: 'kings-vale-adt', code: 'HOSPITAL_NUMBER_UNMAPPED' });
    assert.equal(again.status, 410);
  });

  it('are not replayed by a form that names neither a message nor a reason, or by a forged one', async () => {
    assert.equal((await owen.post('/interfaces/replay', {})).status, 400);
    assert.equal((await owen.post('/interfaces/replay', { message: '1; drop table' })).status, 400);
    assert.equal((await owen.browser.post('/interfaces/replay', { message: '1' })).status, 403);
    assert.equal((await owen.get('/interfaces/messages/nobody')).status, 404);
    assert.equal((await owen.get('/interfaces/messages/99999')).status, 410);
  });

  it('can be seen to be sealed with a key that is not here', async () => {
    const id = await idOf('Q3');
    await app.app.db.sql
      .updateTable('hl7_message')
      .set({ sealed: Buffer.alloc(64, 1) })
      .where('message_id', '=', id)
      .execute();
    const { status, text } = await owen.get(`/interfaces/messages/${id}`);
    assert.equal(status, 409);
    assert.match(text, /FEED_KEY_OLD/);
  });

  it('keep everything that came from a message out of scripts and markup', async () => {
    await hands.send('A01', { 'MSH-10': '<b>x</b>', 'PV1-2': '<script>' });
    assert.ok(!(await owen.get('/interfaces')).text.includes('script&gt;'), 'it is no code, and not shown at all');
    // As an older version kept it.
    await app.app.db.sql.updateTable('hl7_message').set({ value: '<script>' }).where('control_id', '=', '<b>x</b>').execute(); // prettier-ignore
    const { text } = await owen.get('/interfaces');
    assert.ok(!/<code[^>]*><script>/.test(text));
    assert.ok(text.includes('&lt;script&gt;'));
  });
});

describe('messages given up', () => {
  before(() => hands.giveUp(2));

  it('are counted by destination, with the fault in words', async () => {
    const text = await see('/interfaces');
    assert.match(text, /2 messages to kings-vale-adt\/kings-vale-alert were given up/);
    assert.match(text, /Look at the messages that were given up/);
  });

  it('are listed with their patient masked but for the last digits, and that is recorded', async () => {
    const before = await app.audited('see-interfaces');
    const { text } = await owen.get('/interfaces/dead-letters');
    assert.equal(await app.audited('see-interfaces'), before + 1);
    assert.match(words(text), /AR: The other system rejects this message \(AR\)/);
    assert.match(words(text), /hospital number •{4}001/);
    for (const word of ['Probert', 'H100001', '9990000018']) assert.ok(!text.includes(word), `${word} is shown`);
  });

  it('are sent again one by one or all, each audited', async () => {
    const { text } = await owen.get('/interfaces/dead-letters');
    const letter = /name="letter" value="(\d+)"/.exec(text)?.[1] ?? '';
    const destination = 'kings-vale-adt/kings-vale-alert';
    const one = await owen.post('/interfaces/dead-letters/replay', { destination, letter });
    assert.equal(one.headers.get('location'), '/interfaces?resent=1&withdrawn=0');
    const all = await owen.post('/interfaces/dead-letters/replay', { destination });
    assert.equal(all.headers.get('location'), '/interfaces?resent=1&withdrawn=0');
    assert.equal(await app.audited('replay-dead-letters'), 2);
    assert.equal((await owen.post('/interfaces/dead-letters/replay', { destination })).status, 410);
    assert.equal((await owen.post('/interfaces/dead-letters/replay', { destination: 'elsewhere' })).status, 410);
    assert.match(await see('/interfaces/dead-letters'), /No message was given up/);
  });

  it('H09: say that a destination holds messages up, once the first has waited for five minutes', async () => {
    app.clock.advance(6);
    assert.match(
      await see('/interfaces'),
      /kings-vale-adt\/kings-vale-alert does not take our messages.*the oldest was queued 6 minutes ago/,
    );
  });
});
