/** Why a message that was sent has no answer. */

/** What went wrong with a message that was to be sent. */
export const sendFaults = {
  REFUSED: 'The other system does not listen there.',
  UNREACHABLE: 'The other system cannot be reached.',
  TLS: 'The connection could not be secured: a certificate is missing, expired or not trusted.',
  TIMEOUT: 'No answer came in time. The message may have arrived.',
  CLOSED: 'The connection was closed before an answer came. The message may have arrived.',
  PROTOCOL: 'What came back is not MLLP. The message may have arrived.',
  TOO_LARGE: 'The message or its answer is longer than is allowed.',
  NOT_SENDABLE: 'The message holds the marks of an MLLP frame.',
  BUSY: 'Another message is waiting for its answer.',
  STOPPED: 'The client was closed.',
} as const;

export type SendFault = keyof typeof sendFaults;

/** A message that was not answered. Holds nothing of the message. */
export class MllpSendError extends Error {
  readonly code: SendFault;

  constructor(code: SendFault, options?: { cause?: unknown }) {
    super(sendFaults[code], options);
    this.name = 'MllpSendError';
    this.code = code;
  }
}

/** What kept a connection from being made. */
export function connectFault(cause: NodeJS.ErrnoException): SendFault {
  if (cause.code === 'ECONNREFUSED') return 'REFUSED';
  return isTlsFault(cause) ? 'TLS' : 'UNREACHABLE';
}

/** Whether an error is about certificates or the agreement on TLS. */
export function isTlsFault({ code = '' }: NodeJS.ErrnoException): boolean {
  return /^(?:ERR_TLS|ERR_SSL|EPROTO$|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|INVALID_)/.test(code);
}
