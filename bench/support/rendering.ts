/** An answer's page made without a server: what rendering itself costs. */
import type { Answer, ShownPackage } from '../../src/domain/answer.ts';
import { councilPhones } from '../../src/domain/council-phone.ts';
import { formatNhsNumber } from '../../src/domain/nhs-number.ts';
import type { NhsNumber } from '../../src/domain/nhs-number.ts';
import { readPhone } from '../../src/domain/phone.ts';
import { answerView } from '../../src/web/pages/answer-view.ts';
import { makeRenderer } from '../../src/web/render.ts';
import { birthDateOf, council, numberAt } from './world.ts';

const phone = (text: string): NonNullable<ReturnType<typeof readPhone>> => {
  const read = readPhone(text);
  if (!read) throw new Error('A phone number that cannot be read');
  return read;
};

function packageAt(n: number): ShownPackage {
  const office = { phone: phone(`01632 960${String(100 + n)}`), kind: 'office' as const };
  return {
    service: n % 2 === 0 ? 'Home Support' : 'Supported Living',
    provider: `Provider ${n}`,
    status: 'active',
    start: '2025-06-01',
    end: null,
    leftOutSince: null,
    now: { phone: phone('01632 960999'), kind: 'out-of-hours' },
    others: [office],
    nowReason: 'Office closed now. Opens tomorrow at 9am.',
    officeHours: 'Mon-Fri 09:00-17:00',
    email: `duty${n}@provider.example`,
    notes: null,
    lastConfirmed: '2026-01-05',
    phoneSource: 'council',
    confirmedFreshness: 'fresh',
  };
}

function answerOf(packages: number, at: Date): Answer {
  const number = numberAt(0);
  const asAt = new Date(at.getTime() - 6 * 3_600_000);
  return {
    kind: 'care',
    at,
    council,
    hospital: 'H0',
    asked: number,
    supersededBy: null,
    age: { asAt, freshness: 'fresh' },
    care: {
      banner: {
        family: 'Family1',
        given: 'Given1',
        birthDate: birthDateOf(1),
        age: 85,
        gender: 'Female',
        nhsNumber: number,
        councilId: 'M1',
      },
      packages: Array.from({ length: packages }, (_, n) => packageAt(n)),
      ended: [],
      unreadLines: 0,
      safeguarding: 'none-recorded',
      safeguardingAsAt: asAt,
      nameDiffers: false,
    },
  };
}

/**
 * Makes the page of an answer again and again: the answer's view, its template and the frame around
 * it, as the server does at each view.
 * @returns a function that makes it once, and says how long the page is
 */
export function answerRendering(packages: number): () => number {
  const render = makeRenderer();
  const at = new Date();
  const answer = answerOf(packages, at);
  const ofCouncil = {
    id: council,
    name: 'Bench County Council',
    dayHours: 'Mon-Fri 08:30-17:00',
    day: { number: '01632 960200', label: 'Adult care duty team' },
    night: { number: '01632 960201', label: 'Emergency duty team' },
    fallLimitPercent: 20,
  };
  const phones = councilPhones(ofCouncil, at, { days: new Set(), knownUntil: '2099-12-31' });
  const frame = {
    serviceName: 'Homeward',
    site: { demo: false, nhsLogo: false },
    assets: { css: '/assets/a.css', script: '/assets/b.js', icon: '/assets/c.svg' },
    now: at,
    phones: [phones],
    cspNonce: 'AAAAAAAAAAAAAAAAAAAAAA==',
    title: 'Answer',
    path: '/answers/:id',
    formToken: 'T'.repeat(43),
    idleSeconds: 900,
    account: { name: 'A Nurse', role: 'Emergency nurse', organisation: 'Hospital H0', team: 'Emergency' },
    home: '/find',
    menu: [{ href: '/find', text: 'Find a patient', current: false }],
  };
  const answerId = '00000000-0000-4000-8000-000000000000';
  const named = formatNhsNumber(numberAt(0) as NhsNumber);
  const page = (): string =>
    render('answer.njk', { ...frame, view: answerView(answer, phones, new Date()), answerId, signedInSince: false });
  if (!page().includes(named)) throw new Error('The page does not show the answer');
  return () => page().length;
}
