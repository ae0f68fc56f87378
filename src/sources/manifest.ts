/** A bundle's manifest.json, as `homeward-extract/1` describes it. */
import { z } from 'zod';
import { partKinds } from '../domain/agreement.ts';
import { HomewardError } from '../domain/error.ts';
import type { BundleManifest } from '../domain/extract/bundle.ts';

/** Clocks of two organisations differ a little; more than this is a wrong date. */
const clockDifference = 5 * 60_000;

const instant = z.iso
  .datetime({ offset: true, error: 'must be an instant with its offset, such as "2026-09-30T05:12:00+01:00"' })
  .transform((text) => new Date(text));

const text = (what: string): z.ZodString => z.string(`must be ${what}`).trim().min(1, `must be ${what}`);

const partSchema = z.object(
  {
    kind: z.enum(partKinds, `must be one of ${partKinds.join(', ')}`),
    file: text('the name of a file in the bundle'),
    asAt: instant,
    rows: z.int('must be a whole number, 0 or more').nonnegative('must be a whole number, 0 or more'),
    sha256: z
      .string('must be 64 hexadecimal digits')
      .regex(/^[0-9a-f]{64}$/i, 'must be 64 hexadecimal digits')
      .toLowerCase(),
  },
  'must be an object with kind, file, asAt, rows and sha256',
);

const manifestSchema = z.object(
  {
    format: z.literal('homeward-extract/1', 'must be "homeward-extract/1"'),
    council: text('the council’s code as text, such as "999"'),
    source: z.string('must be text').default(''),
    extractedAt: instant,
    parts: z
      .array(partSchema, 'must be a list of parts')
      .min(1, 'must name at least one part')
      .refine((parts) => new Set(parts.map(({ kind }) => kind)).size === parts.length, 'must name each kind once'),
  },
  'must be an object',
);

/**
 * Reads a manifest. Fields that the format does not know are passed over.
 * @param json the file's text
 * @param now to tell a wrong date from a right one
 * @throws HomewardError BUNDLE_MANIFEST naming the field and what is expected, BUNDLE_UNSAFE_PATH, BUNDLE_FUTURE
 */
export function readManifest(json: string, now: Date): BundleManifest {
  const read = manifestSchema.safeParse(parse(json));
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new HomewardError('BUNDLE_MANIFEST', `${nameOf(issue?.path ?? [])} ${issue?.message}.`);
  }
  const manifest = read.data;
  for (const { kind, file } of manifest.parts) {
    if (!isPlainName(file)) {
      throw new HomewardError('BUNDLE_UNSAFE_PATH', `The file of part ${kind} must be a plain name, without folders.`);
    }
  }
  const latest = now.getTime() + clockDifference;
  if (manifest.extractedAt.getTime() > latest) throw new HomewardError('BUNDLE_FUTURE', 'Check extractedAt.');
  for (const { kind, asAt } of manifest.parts) {
    if (asAt.getTime() > latest) throw new HomewardError('BUNDLE_FUTURE', `Check asAt of part ${kind}.`);
    if (asAt > manifest.extractedAt) {
      throw new HomewardError('BUNDLE_MANIFEST', `asAt of part ${kind} must not be later than extractedAt.`);
    }
  }
  return manifest;
}

function parse(json: string): unknown {
  try {
    // PowerShell puts a byte order mark before JSON, which JSON does not allow.
    return JSON.parse(json.replace(/^\ufeff/, ''));
  } catch {
    // The parser's own message quotes the file: not repeated.
    throw new HomewardError('BUNDLE_MANIFEST', 'manifest.json is not JSON in UTF-8.');
  }
}

function nameOf([first, at, ...rest]: readonly PropertyKey[]): string {
  if (first === undefined) return 'manifest.json';
  // Counted from 1, as people count.
  return typeof at === 'number' ? `parts: number ${at + 1}: ${rest.join('.')}` : String(first);
}

function isPlainName(file: string): boolean {
  // The colon is for Windows, where C:name and name:stream are other files.
  return file !== '.' && file !== '..' && file.length <= 255 && !/[/\\:\p{Cc}]/u.test(file);
}
