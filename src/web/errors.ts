/**
 * The one mapper from an error to what a person sees: a plain sentence, what to do, the councils'
 * phone numbers and the code to read out. Never a stack, never a message from below.
 */
import { HomewardError, errorCatalogue } from '../domain/error.ts';
import type { ErrorCode } from '../domain/error.ts';

/** What the error page says. */
export interface ErrorView {
  readonly status: number;
  readonly code: ErrorCode;
  readonly title: string;
  readonly text: string;
  /** Seconds after which to try again. */
  readonly retryAfter?: number;
  /** Where to go on. */
  readonly link?: { readonly href: string; readonly text: string };
}

const home = { href: '/', text: 'Go to the start page' };
const signIn = { href: '/sign-in', text: 'Sign in' };

type Words = Omit<ErrorView, 'code'>;

const pages: Partial<Record<ErrorCode, Words>> = {
  NOT_SIGNED_IN: {
    status: 401,
    title: 'You are signed out',
    text: 'What you sent was not used, because your session has ended. Sign in and send it again.',
    link: signIn,
  },
  NOT_ALLOWED: {
    status: 403,
    title: 'Your role cannot open this page',
    text: 'You are signed in, but not in a role that may see this page.',
    link: home,
  },
  SIGN_IN_FAILED: {
    status: 400,
    title: 'Sign-in did not complete',
    text: 'Nobody was signed in. Start again from the sign-in page.',
    link: signIn,
  },
  SIGN_IN_ASSURANCE: {
    status: 403,
    title: 'This sign-in is not strong enough',
    text: 'Sign in with your smartcard, security key or the other strong method of your organisation.',
    link: signIn,
  },
  SIGN_IN_NO_ROLE: {
    status: 403,
    title: 'You have no role in this service',
    text: 'Your organisation knows you, but has not given you a role here. Ask whoever manages access there.',
    link: home,
  },
  FORM_EXPIRED: {
    status: 403,
    title: 'This form is no longer valid',
    text: 'It was made before you last signed in, or did not come from this service. Nothing was done. Open the page again and fill it in anew.',
    link: home,
  },
  FORM_INVALID: {
    status: 400,
    title: 'The form has missing or wrong answers',
    text: 'Nothing was done. Go back and check your answers.',
  },
  ANSWER_GONE: {
    status: 410,
    title: 'This answer is no longer kept',
    text: 'Answers are kept for a short time, and only for the person who asked. Look the patient up again.',
    link: home,
  },
  STAY_GONE: {
    status: 410,
    title: 'This patient is not on the list any more',
    text: 'The patient may have left, or the list has changed since you opened it. Nothing was done.',
    link: { href: '/board', text: 'See the list as it is now' },
  },
  TELLING_REFUSED: {
    status: 409,
    title: 'Nothing was sent',
    text: 'Nobody may be sent this message from here. Look the patient up again, or phone the council’s duty team.',
    link: home,
  },
  TELLING_CHANGED: {
    status: 409,
    title: 'The text has changed',
    text: 'What was known of the patient changed while you read, so nothing was sent. Go back, check the text, then send.',
    link: home,
  },
  NOTICE_GONE: {
    status: 410,
    title: 'This message is not here any more',
    text: 'It was taken back, or is not one of your organisation’s. Nothing was done.',
    link: home,
  },
  REPLY_INVALID: {
    status: 409,
    title: 'This answer cannot be taken',
    text: 'It lacks something, or names a time that cannot be. Nothing was sent. Go back and answer again.',
    link: home,
  },
  REPLY_LATE: {
    status: 409,
    title: 'It is too late to change this answer here',
    text: 'Nothing was sent. If something is different now, phone the hospital: its number is in the message.',
    link: home,
  },
  MESSAGE_GONE: {
    status: 410,
    title: 'This message is not here any more',
    text: 'It was replayed already, or is no longer kept. Nothing was done.',
    link: { href: '/interfaces', text: 'Go to the interfaces' },
  },
  SEAL_BROKEN: {
    status: 409,
    title: 'This message cannot be opened',
    text: 'The key that it was sealed with is not here. If FEED_KEY was changed, put the key before it into FEED_KEY_OLD.',
    link: { href: '/interfaces', text: 'Go to the interfaces' },
  },
  AUDIT_NOT_WRITTEN: {
    status: 503,
    title: 'Nothing is shown',
    text: 'Nothing is shown because the record of this look-up could not be written. Phone:',
    retryAfter: 30,
  },
  STORE_UNAVAILABLE: {
    status: 503,
    title: 'The service is not available',
    text: 'Its database cannot be reached. Phone the council instead.',
    retryAfter: 30,
  },
  BUSY: {
    status: 503,
    title: 'The service is busy',
    text: 'Try again in a moment, or phone the council.',
    retryAfter: 10,
  },
  PAGE_NOT_FOUND: {
    status: 404,
    title: 'Page not found',
    text: 'There is no such page. If you typed the address, check it.',
    link: home,
  },
  REQUEST_INVALID: {
    status: 400,
    title: 'The request could not be read',
    text: 'Nothing was done. Go back and try again.',
    link: home,
  },
  UPLOAD_INVALID: {
    status: 400,
    title: 'The upload is not a zip file of a bundle',
    text: 'Nothing was kept. Go back and choose the file again.',
  },
};

const tooLarge: ErrorView = {
  status: 413,
  code: 'REQUEST_INVALID',
  title: 'Too much was sent',
  text: 'What you sent is larger than this page takes. Nothing was done.',
  link: home,
};

const internal: ErrorView = {
  status: 500,
  code: 'INTERNAL',
  title: 'Something went wrong',
  text: 'The fault has been recorded. Try again, or phone the council.',
  retryAfter: 10,
};

/** What to show for anything that was thrown. */
export function errorView(error: unknown): ErrorView {
  if (error instanceof HomewardError) {
    const words = pages[error.code];
    if (words) return { ...words, code: error.code };
    // A fault of a bundle: its catalogue text is written for the steward who sent it.
    if (/^(BUNDLE|PART)_/.test(error.code)) {
      return {
        status: 422,
        code: error.code,
        title: 'The bundle cannot be used',
        text: `${errorCatalogue[error.code]} Nothing was kept.`,
      };
    }
    return internal;
  }
  const { statusCode } = error as { statusCode?: unknown };
  if (statusCode === 413) return tooLarge;
  if (statusCode === 404) return { ...(pages.PAGE_NOT_FOUND as Words), code: 'PAGE_NOT_FOUND' };
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    return { ...(pages.REQUEST_INVALID as Words), code: 'REQUEST_INVALID', status: statusCode };
  }
  return internal;
}
