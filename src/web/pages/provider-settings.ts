/** A provider's own settings: where its manager begins, its contact details and its rota. */
import { contactOf } from '../../services/provider-contact.ts';
import type { ProviderDeps } from '../../services/provider-deps.ts';
import { rotaOf } from '../../services/provider-rota.ts';
import { definePage } from '../page.ts';
import type { Page } from '../page.ts';
import { contactPages, contactWords, isDue } from './provider-contact-page.ts';
import { rotaPages } from './provider-rota-page.ts';
import { ownNumbers } from './settings-form.ts';

/** The pages. */
export function providerSettingsPages(provider: ProviderDeps): Page[] {
  return [homePage(provider), ...contactPages(provider), ...rotaPages(provider)];
}

function homePage(provider: ProviderDeps): Page {
  return definePage({
    method: 'GET',
    path: '/provider',
    permission: 'manage-provider',
    audit: ownNumbers,
    title: 'Your organisation',
    navigation: { text: 'Your organisation', order: 9 },
    async handle({ caller, clock, render }) {
      const now = clock.now();
      const contact = await contactOf(provider, caller);
      const rota = await rotaOf(provider, caller);
      return render('provider-home.njk', {
        organisation: caller.team,
        contact: contactWords(contact, now),
        contactDue: isDue(contact, now),
        onCall: rota.now.map(({ name }) => name).join(', '),
        entries: rota.entries.length,
        gaps: rota.gaps.length,
      });
    },
  });
}
