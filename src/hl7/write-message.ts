/** The bytes of a message of our own: plain ASCII where that says it all, otherwise in the characters that its receiver reads. */
import { buildMessage } from './build.ts';
import type { FieldContent, SegmentContent } from './build.ts';
import { encode } from './charset.ts';

/** Versions of HL7 v2 that we write, the oldest first. */
export const versions = ['2.3', '2.3.1', '2.4', '2.5', '2.5.1', '2.6', '2.7', '2.8'] as const;
export type Version = (typeof versions)[number];

/** Whether a version is `first` or newer. */
export function isSince(version: string, first: Version): boolean {
  return (versions as readonly string[]).indexOf(version) >= versions.indexOf(first);
}

/**
 * Writes a message without its MLLP frame.
 * @param header fields of MSH from 3 on, without 18
 * @throws RangeError as `buildMessage`
 */
export function writeMessage(
  header: Readonly<Record<number, FieldContent>>,
  segments: readonly SegmentContent[],
  { version, latin }: { readonly version: string; readonly latin: boolean },
): Buffer {
  const { bytes, exact } = encode(buildMessage(header, segments), 'ascii');
  if (exact) return bytes;
  // Left out, MSH-18 means ASCII. `UNICODE` is how table 0211 named it before v2.5, and how UK engines write UTF-8.
  const named = latin ? '8859/1' : isSince(version, '2.5') ? 'UNICODE UTF-8' : 'UNICODE';
  return encode(buildMessage({ ...header, 18: named }, segments), latin ? 'latin-1' : 'utf-8').bytes;
}
