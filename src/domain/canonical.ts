/** A value as one text, whatever the order in which its keys were written: what is equal has equal texts. */
import { compareText } from './stay-event.ts';

/** Keys in order, absent ones left out, instants as ISO 8601. */
export function canonical(value: unknown): string {
  if (value instanceof Date) return `"${value.toISOString()}"`;
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const parts = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .sort(([a], [b]) => compareText(a, b))
    .map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`);
  return `{${parts.join(',')}}`;
}
