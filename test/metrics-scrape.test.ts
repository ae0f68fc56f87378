/** Metrics: who may read them, what they count of the hospital's feeds, and what they never hold. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { loadSettings } from '../src/config.ts';
import { makeMetrics } from '../src/telemetry.ts';
import { metricsPages } from '../src/web/pages/metrics-page.ts';
import { feedHands } from './support/interfaces.ts';
import { startApp } from './support/running.ts';
import type { RunningApp } from './support/running.ts';
import { signIn, startWeb } from './support/web.ts';
import type { RunningWeb } from './support/web.ts';

const token = 'a-token-of-tests-only-1234567890';
const bearer = (text: string): Record<string, string> => ({ authorization: `Bearer ${text}` });

describe('the address that a monitoring system reads', () => {
  let web: RunningWeb;
  before(async () => (web = await startWeb(metricsPages(async () => 'up 1\n', token))));
  after(() => web.close());
  const scrape = (headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${web.baseUrl}/metrics/scrape`, { headers, redirect: 'manual' });

  it('answers whoever shows the token, without a session', async () => {
    const reply = await scrape(bearer(token));
    assert.equal(reply.status, 200);
    assert.equal(reply.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
    assert.equal(reply.headers.get('cache-control'), 'no-store');
    assert.equal(await reply.text(), 'up 1\n');
  });

  it('refuses every other token, and none, with 401 and nothing else', async () => {
    const wrong = [{}, bearer(''), bearer(token.slice(1)), bearer(`${token}x`), bearer(token.toUpperCase()), bearer(`${token} ${token}`), { authorization: token }, { authorization: `Basic ${token}` }]; // prettier-ignore
    for (const headers of wrong) {
      const reply = await scrape(headers as Record<string, string>);
      assert.equal(reply.status, 401, JSON.stringify(headers));
      assert.equal(((await reply.json()) as { error: string }).error, 'NOT_SIGNED_IN');
    }
  });

  it('does not take a session for a token, nor the token for a session', async () => {
    const owen = await signIn(web.baseUrl, 'owen');
    assert.equal((await owen.get('/metrics/scrape')).status, 401);
    assert.equal((await owen.get('/metrics')).status, 200);
    const reply = await fetch(`${web.baseUrl}/metrics`, { headers: bearer(token), redirect: 'manual' });
    assert.equal(reply.status, 303);
  });

  it('leaves the token out of the log', () => assert.ok(!web.log().includes(token)));
});

describe('without a token in the environment', () => {
  let web: RunningWeb;
  before(async () => (web = await startWeb(metricsPages(async () => 'up 1\n', null))));
  after(() => web.close());

  it('there is no such address, and the operator’s page stays as it is', async () => {
    for (const headers of [{}, bearer(token), bearer('null')])
      assert.equal((await fetch(`${web.baseUrl}/metrics/scrape`, { headers })).status, 404);
    assert.equal((await (await signIn(web.baseUrl, 'owen')).get('/metrics')).text, 'up 1\n');
  });

  it('a short token, or one with spaces, stops the start', () => {
    for (const METRICS_TOKEN of ['short', `${token} ${token}`, 'ü'.repeat(30)])
      assert.throws(() => loadSettings({ METRICS_TOKEN }), /METRICS_TOKEN must be/);
    assert.equal(loadSettings({ METRICS_TOKEN: token }).metricsToken(), token);
    assert.equal(loadSettings({ METRICS_TOKEN: '' }).metricsToken(), null);
    assert.ok(!JSON.stringify(loadSettings({ METRICS_TOKEN: token })).includes(token));
  });
});

describe('what is counted', () => {
  it('says what became of messages, batches, arrivals and hints', async () => {
    const { hospital, text } = makeMetrics();
    hospital.message({ feed: 'a', state: 'waiting', seconds: 0.004 });
    hospital.message({ feed: null, state: 'rejected', seconds: 0.004 });
    hospital.applied('a', 100, 0.02);
    hospital.settled(3, 0.1);
    hospital.settled(null, 0.1);
    hospital.answered('KVH', 'yes', 'first');
    hospital.answered('KVH', 'yes', 'first');
    hospital.answered('KVH', 'cannot-say', 'again');
    hospital.sent('a/b', 'acknowledged', 2);
    hospital.sent('a/b', 'dead');
    const all = await text();
    for (const line of [
      'homeward_feed_messages_total{feed="a",outcome="waiting"} 1',
      'homeward_feed_messages_total{feed="unknown",outcome="rejected"} 1',
      'homeward_feed_take_seconds_bucket{le="0.003",feed="a"} 0',
      'homeward_feed_take_seconds_bucket{le="0.01",feed="a"} 1',
      'homeward_feed_applied_total{feed="a"} 100',
      'homeward_feed_apply_seconds_count{feed="a"} 1',
      'homeward_arrivals_settled_total 3',
      'homeward_arrivals_settle_seconds_count 1',
      'homeward_arrivals_failed_total 1',
      'homeward_arrivals_answered_total{hospital="KVH",result="yes",asked="first"} 2',
      'homeward_arrivals_answered_total{hospital="KVH",result="cannot-say",asked="again"} 1',
      'homeward_hint_attempts_total{destination="a/b",outcome="acknowledged"} 1',
      'homeward_hint_attempts_total{destination="a/b",outcome="dead"} 1',
      'homeward_hint_attempts_sum{destination="a/b"} 2',
      'homeward_store_readable 1',
    ])
      assert.ok(all.split('\n').includes(line), `${line} is not in\n${all}`);
  });

  it('leaves out what can no longer be read, rather than show an old figure', async () => {
    const metrics = makeMetrics();
    let broken = false;
    metrics.gauge(async () => {
      if (broken) throw new Error('away');
      return [{ name: 'homeward_x', help: 'x', labels: { feed: 'a' }, value: 7 }];
    });
    assert.match(await metrics.text(), /^homeward_x\{feed="a"\} 7$/m);
    broken = true;
    const text = await metrics.text();
    assert.doesNotMatch(text, /^homeward_x\{/m);
    assert.match(text, /^homeward_store_readable 0$/m);
    broken = false;
    assert.match(await metrics.text(), /^homeward_x\{feed="a"\} 7$/m);
  });
});

describe('the metrics of the whole application', () => {
  let app: RunningApp;
  before(async () => (app = await startApp('2026-03-02T10:00:00Z')));
  after(() => app.stop());

  it('have the state of feeds, hints and arrivals, and nothing of a patient or of what a message held', async () => {
    const hands = feedHands(app.app);
    await hands.send('A04');
    await hands.apply();
    await hands.send('A01', { 'PV1-2': 'UNMAPPED-CLASS' });
    await hands.send('A01', { 'MSH-3': 'STRANGER' });
    await hands.giveUp(1);
    app.clock.advance(2);
    await hands.send('A08', { 'PV1-2': 'E' });
    app.clock.advance(1);
    const owen = await signIn(app.baseUrl, 'owen');
    const { text } = await owen.get('/metrics');
    for (const line of [
      'homeward_feed_messages_kept{feed="kings-vale-adt",state="applied"} 1',
      'homeward_feed_messages_kept{feed="kings-vale-adt",state="waiting"} 1',
      'homeward_feed_messages_kept{feed="kings-vale-adt",state="quarantined"} 1',
      'homeward_feed_oldest_waiting_seconds{feed="kings-vale-adt"} 60',
      'homeward_feed_silent{feed="kings-vale-adt"} 0',
      'homeward_feed_set_aside{feed="kings-vale-adt",state="quarantined",code="CLASS_UNMAPPED"} 1',
      'homeward_feed_set_aside{feed="unknown",state="rejected",code="SENDER_UNKNOWN"} 1',
      'homeward_feed_listening 0',
      'homeward_stays_open{feed="kings-vale-adt"} 1',
      'homeward_arrivals_waiting 1',
      'homeward_hint_dead{destination="kings-vale-adt/kings-vale-alert"} 1',
      'homeward_store_readable 1',
    ])
      assert.ok(text.split('\n').includes(line), line);
    for (const word of ['HOLMES', 'Barbara', '9990000018', 'K100', 'KV-V1', 'UNMAPPED-CLASS', 'STRANGER', 'Probert'])
      assert.ok(!text.includes(word), `the metrics tell ${word}`);
  });

  it('are still there when the database is away, without what stands in it', async () => {
    const owen = await signIn(app.baseUrl, 'owen');
    app.breakDatabase(/from hl7_message|hl7_message m|hl7_outbound/);
    const { text, status } = await owen.get('/metrics');
    app.breakDatabase(null);
    assert.equal(status, 200);
    assert.match(text, /^homeward_store_readable 0$/m);
    assert.doesNotMatch(text, /^homeward_feed_silent\{/m);
  });
});
