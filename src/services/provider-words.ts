/** The words of letters about accounts, channels and contact details: none carries anybody's data but its reader's own. */
import { formatTime, londonClock } from '../domain/dates.ts';

/** The letter of a sign-in. @param heldBack whether other letters to the address were held back in this hour */
export function signInText(link: string, code: string, expiresAt: Date, heldBack: boolean): string {
  const until = formatTime(londonClock(expiresAt).minute);
  return `Somebody, we hope you, asked to sign in to Homeward with this email address.

Open this link and press the button on the page. It works once, until ${until}:
${link}

Or type this code into the page on which you asked:
${code.slice(0, 3)} ${code.slice(3)}

Nobody who works on Homeward will ever ask you for this code. If you did not ask for it, do nothing: without this email nobody can sign in as you.
${heldBack ? '\nIn the last hour this email was asked for so often that we held some back. If that was not you, tell whoever runs Homeward for you: this link works all the same.\n' : ''}`;
}

/**
 * The letter of an invitation. It quotes nothing that anybody typed: it comes from this service's own address, and
 * would carry whatever somebody calls themselves to people who trust it.
 */
export function invitationText(organisationName: string, council: string | null, link: string): string {
  return `${council ?? 'A manager'} invites you to Homeward for ${organisationName}.

Homeward is where hospitals tell care providers that a client is in hospital or is going home, and ask for care to restart.

Open this link and press the button on the page. It works once, for 7 days:
${link}

If you do not work for ${organisationName}, do nothing.
`;
}

/** The message that proves an address. It names nobody: the address may be a stranger's. */
export function proofText(channel: 'email' | 'text', code: string): string {
  const grouped = `${code.slice(0, 3)} ${code.slice(3)}`;
  if (channel === 'text')
    return `${grouped} is the code to get Homeward messages on this number. If you did not ask for it, do nothing.`;
  return `Somebody asked that Homeward tells this address when a message waits for a care service.

To agree, type this code into the page How we reach you. It works for a day:
${grouped}

If you do not know what this is about, do nothing: nothing more will come.
`;
}

/** The letter to managers that what a hospital phones is another now. */
export function changedText(organisationName: string, link: string): string {
  return `A manager changed the contact details of ${organisationName} in Homeward. Hospitals phone these numbers at any hour. For 7 days the council's numbers are shown before new ones.

See what they are now, and who changed them:
${link}

If this is not right, put it right there, and end the access of whoever changed it on the page People.
`;
}
