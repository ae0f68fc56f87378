import { createHash } from 'node:crypto';

/** A statement that is planned once a connection, and known to the server by its name. */
export interface Statement {
  readonly name: string;
  readonly text: string;
  /** One that writes waits for its commit, and no reading waits behind it. */
  readonly does: 'read' | 'write';
}

/** Names a statement that reads. The text must be the same each time: what differs goes into its parameters. */
export function reading(name: string, text: string): Statement {
  return { name, text, does: 'read' };
}

/** Names a statement that writes: when it is answered, what it wrote is durable. */
export function writing(name: string, text: string): Statement {
  return { name, text, does: 'write' };
}

/** Whoever runs such statements: the database itself, or a transaction. */
export interface Asks {
  ask<R>(statement: Statement, parameters: readonly unknown[]): Promise<R[]>;
}

const names = new Map<string, string>();

/** Of texts that are written anew for each list of so many, a connection must not keep a plan for ever. */
const mostNames = 1_000;

/** The name under which a statement inside a transaction is kept planned; none once too many are. */
export function nameOf(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined || names.size >= mostNames) return known;
  const name = `t-${createHash('sha256').update(text).digest('base64url').slice(0, 22)}`;
  names.set(text, name);
  return name;
}
