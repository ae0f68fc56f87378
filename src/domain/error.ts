/**
 * Errors with a stable code. An edge turns a code into a page, an exit status or a message; the
 * code is what a person reads out on the phone, so it never changes once released.
 * Listed for users in docs/errors.md (a test keeps the two alike).
 */
export const errorCatalogue = {
  // Settings and configuration folder
  SETTINGS_INVALID: 'A setting in the environment is missing or wrong.',
  CONFIG_INVALID: 'A file of the configuration folder is wrong; the message names file, line and reason.',
  CONFIG_NO_DATABASE: 'Only the demo may use the embedded database: set DATABASE_URL.',
  CONFIG_DEMO_EXPOSED: 'The demo’s sign-in may only listen on this computer itself.',
  // Store
  STORE_LOCKED: 'Another Homeward process is using this data folder.',
  STORE_UNAVAILABLE: 'The database cannot be reached.',
  STORE_NEWER: 'The database was made by a newer version of Homeward.',
  STORE_RIGHTS: 'The database login may not do what is needed at start.',
  // Hospital feeds
  SEAL_BROKEN: 'A sealed message cannot be opened: its key is not here, or it was changed.',
  FEED_KEY_DAMAGED: 'The demo’s own key for hospital messages is not 32 bytes long.',
  FEED_PORT: 'The port for hospital feeds cannot be listened on.',
  MESSAGE_GONE: 'There is no such message, or it is no longer kept.',
  STAY_GONE: 'There is no such stay, or it has changed since.',
  STORE_NOT_DURABLE: 'The database server does not write to disk what it confirms.',
  // Bundles
  BUNDLE_NOT_FOUND: 'There is no such file or folder.',
  BUNDLE_MANIFEST: 'manifest.json is missing or cannot be read as homeward-extract/1.',
  BUNDLE_COUNCIL: 'The bundle is of a council that is not configured here.',
  BUNDLE_FILE_MISSING: 'The manifest names a file that is not in the bundle.',
  BUNDLE_UNSAFE_PATH: 'A file name in the bundle points outside it.',
  BUNDLE_ZIP: 'The zip file cannot be read.',
  BUNDLE_TOO_LARGE: 'The bundle unpacks to more than is allowed.',
  BUNDLE_OLDER: 'Every part of the bundle is older than what is already here.',
  BUNDLE_CONFLICT: 'Two different files claim to be the same part at the same moment.',
  BUNDLE_FUTURE: 'The bundle says that it was made in the future.',
  BUNDLE_NOT_HELD: 'There is no such held bundle.',
  BUNDLE_NOTHING_TO_ROLL_BACK: 'There is no bundle to go back from.',
  PART_HEADER: 'A column that the part needs is missing from its header.',
  PART_ENCODING: 'The file is in neither UTF-8 nor Windows-1252.',
  PART_CSV: 'The file stopped being readable as CSV.',
  // Use
  NOT_SIGNED_IN: 'Nobody is signed in.',
  NOT_ALLOWED: 'This role may not do that.',
  SIGN_IN_FAILED: 'Sign-in did not complete.',
  SIGN_IN_ASSURANCE: 'The sign-in is not strong enough for this service.',
  SIGN_IN_NO_ROLE: 'The signed-in person has no role here.',
  FORM_EXPIRED: 'The form is no longer valid: it was made in another session.',
  FORM_INVALID: 'The form has missing or wrong answers.',
  ANSWER_GONE: 'This answer is no longer kept.',
  TELLING_REFUSED: 'Nobody may be sent this message, so nothing was sent.',
  TELLING_CHANGED: 'The message would not be the one that was shown, so nothing was sent.',
  NOTICE_GONE: 'There is no such message for you, or it has been taken back.',
  REPLY_INVALID: 'The answer lacks something, or names a time that cannot be.',
  REPLY_LATE: 'This answer can be changed no more from here.',
  ROSTER_REFUSED: 'The list of clients was not taken.',
  AUDIT_NOT_WRITTEN: 'The audit record could not be written, so nothing is shown.',
  PAGE_NOT_FOUND: 'There is no such page.',
  UPLOAD_INVALID: 'The upload is not a zip file of a bundle.',
  REQUEST_INVALID: 'The request could not be read.',
  BUSY: 'The service is busy.',
  INTERNAL: 'Something went wrong.',
} as const;

export type ErrorCode = keyof typeof errorCatalogue;

/** An error that says what is wrong and what to do. Holds no patient data, in any field. */
export class HomewardError extends Error {
  readonly code: ErrorCode;
  /**
   * @param code from the catalogue
   * @param detail what to do about it, in a sentence; never a name, NHS number or birth date
   */
  constructor(code: ErrorCode, detail?: string, options?: { cause?: unknown }) {
    super(detail ? `${errorCatalogue[code]} ${detail}` : errorCatalogue[code], options);
    this.name = 'HomewardError';
    this.code = code;
  }
}
