/** Whether an error means the connection itself is gone (no SQLSTATE, or class 08 or 57). */
export function isConnectionFault(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code !== 'string' || !/^[0-9A-Z]{5}$/.test(code) || code.startsWith('08') || code.startsWith('57');
}

const codes: readonly unknown[] = ['26000', '42P05', '0A000'];

/**
 * Whether an error means that a prepared statement is not what its connection takes it for: thrown
 * away by the server or a pooler (26000, 42P05), or giving other columns than it did (0A000).
 */
export function isOutwornStatement(error: unknown): boolean {
  return codes.includes((error as { code?: unknown } | null)?.code);
}
