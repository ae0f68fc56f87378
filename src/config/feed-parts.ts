/** Parts of a feed file: lengths of time, connections, and what goes back to the hospital. */
import { isIP } from 'node:net';
import { z } from 'zod';

const unit = { second: 1000, minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/** A length of time in words, such as `90 seconds`; becomes milliseconds. */
export const duration = z
  .string()
  .regex(/^[1-9]\d{0,5} (second|minute|hour|day)s?$/, 'must be a length of time like "6 hours"')
  .transform((text) => {
    const [count, word = ''] = text.split(' ');
    return Number(count) * unit[word.replace(/s$/, '') as keyof typeof unit];
  });

/** Text without a character that keys are joined by. */
export const without = (character: string): z.ZodString =>
  z.string().refine((text) => !text.includes(character), `must not contain ${character}`);

/** MSH-3 and MSH-4 of a sender; without a facility, any. */
export const party = z.strictObject({ application: z.string().min(1), facility: z.string().min(1).optional() });

const fingerprint = z
  .string()
  .transform((text) => text.replaceAll(':', '').toLowerCase())
  .refine((text) => /^[0-9a-f]{64}$/.test(text), 'must be the SHA-256 fingerprint of a certificate');

// Wider than that it would name nobody.
const widest = { 4: 8, 6: 16 } as const;

const network = z.string().refine((text) => {
  const [address = '', prefix, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  if (prefix === undefined) return true;
  const bits = /^\d{1,3}$/.test(prefix) ? Number(prefix) : 0;
  return bits >= widest[version as 4 | 6] && bits <= (version === 4 ? 32 : 128);
}, 'must be an address like "10.1.2.3" or a network like "10.1.2.0/24"');

/** From where the engine connects. Left out: from anywhere, which plain text off this computer may not. */
const addresses = z.array(network).min(1).optional();

/**
 * How the hospital's engine may connect. Plain text must be asked for by name: whoever is on the way can
 * read it and change it. A certificate is bound to this feed, so that its holder can send for no other.
 */
export const connection = z.discriminatedUnion('security', [
  z.strictObject({ security: z.literal('plain-text'), addresses }),
  z.strictObject({ security: z.literal('tls'), clientCertificates: z.array(fingerprint).min(1), addresses }),
]);

const timing = z
  .strictObject({
    acknowledgedWithin: duration.default(30_000),
    retryFirst: duration.default(1000),
    retryLongest: duration.default(5 * 60_000),
    /** Then the message is a dead letter, shown until somebody sends it again. */
    giveUpAfter: duration.default(86_400_000),
  })
  .prefault({})
  .refine(
    ({ retryFirst, retryLongest }) => retryFirst <= retryLongest,
    'retryFirst must not be longer than retryLongest',
  );

/** How a message of ours is carried to somebody's engine. */
export const destinationSecurity = z.discriminatedUnion('security', [
  z.strictObject({ security: z.literal('plain-text') }),
  z.strictObject({ security: z.literal('tls'), serverCertificate: fingerprint.optional() }),
]);

/**
 * Where the short "council care recorded" hint is sent, and as what: an update with an alert, a result or
 * a document. Its words are fixed by the service; a file can only give the code it is filed under.
 */
export const hint = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]+$/, 'must be small letters, digits and dashes'),
  kind: z.enum(['ADT^A08', 'ORU^R01', 'MDM^T02']),
  host: z.string().min(1),
  port: z.int().min(1).max(65535),
  connection: destinationSecurity,
  /** MSH-5 and MSH-6. */
  receiver: z.strictObject({ application: z.string().min(1), facility: z.string().min(1) }),
  version: z.enum(['2.3', '2.3.1', '2.4', '2.5', '2.5.1', '2.6', '2.7', '2.8']).default('2.4'),
  /** Alert, test or document type in the hospital's own code list. */
  code: z.strictObject({
    value: z.string().min(1).max(20),
    text: z.string().min(1).max(200),
    system: z.string().min(1).max(20),
  }),
  timing,
});
