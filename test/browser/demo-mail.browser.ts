/** The demo's mailbox: empty, and with a letter whose link is longer than a phone is wide. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { alertWords } from '../../src/domain/notice-text.ts';
import { openSite } from '../support/browser.ts';

const site = await openSite();
after(() => site.close());

describe('the demo’s mailbox', () => {
  it('says that it is empty', async () => {
    const visitor = await site.visit();
    await visitor.open('/demo/mail');
    assert.match(await visitor.text(), /There is no email yet/);
    await visitor.inspect('demo-mail-empty');
    await visitor.leave();
  });

  it('shows letters with their links, the newest first, at every width', async () => {
    const { mailer } = site.app.app.delivery;
    const words = alertWords(`${site.app.baseUrl}/inbox`);
    await mailer.send({ key: 'a', to: 'duty@larkfield.example', subject: words.subject, text: words.email });
    const text = `Sign in:\n${site.app.baseUrl}/provider/sign-in/${'t'.repeat(86)}`;
    await mailer.send({ key: 'b', to: 'petra@larkfield.example', subject: 'Your link to sign in', text });
    const visitor = await site.visit();
    await visitor.open('/demo/mail');
    assert.deepEqual(await visitor.page.locator('main h2').allTextContents(), ['Your link to sign in', words.subject]);
    assert.equal(await visitor.page.locator('a[href="/inbox"]').count(), 1);
    await visitor.inspect('demo-mail');
    await visitor.leave();
  });
});
