/** `delivery.yaml` of the configuration folder: what carries messages out of the house, and recipients' own systems. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Council } from '../domain/organisation.ts';
import { parseProviderId } from '../domain/provider-id.ts';
import { readAddress } from '../domain/way.ts';
import { destinationSecurity } from './feed-parts.ts';
import { readYaml } from './yaml-file.ts';
import type { Fault, YamlFile } from './yaml-file.ts';

const mailbox = z.string().refine((text) => readAddress('email', text) === text, 'must be one e-mail address');
const template = z.guid({ error: 'must be the id of a template, as Notify shows it' });

const email = z.discriminatedUnion('by', [
  z.strictObject({
    by: z.literal('smtp'),
    from: z.strictObject({ name: z.string().min(1), address: mailbox }),
    /** Letters that cannot be delivered come back to this address, with a sign for each letter before its @. */
    bounces: mailbox.refine((text) => text.indexOf('@') <= 10, 'may have at most 10 signs before its @').nullable().default(null), // prettier-ignore
    /** File of the authorities that sign the mail server's certificate, where they are not the usual ones. */
    authorities: z.string().nullable().default(null),
  }),
  /** The template has the places `((subject))` and `((body))`. */
  z.strictObject({ by: z.literal('notify'), template }),
]);

const anySystem = {
  id: z.string().regex(/^[a-z\d][a-z\d-]{0,62}$/, 'must be small letters, digits and dashes'),
  /** Whose it is: a council's id, `cqc:LOCATION` or `local:COUNCIL:REFERENCE`. */
  recipient: z.string().min(1),
  /** Networks beside the open internet in which it may be, such as a private network of health and care. */
  networks: z.array(z.union([z.cidrv4(), z.cidrv6()], 'must be a network like 10.20.0.0/16')).default([]),
  /** File of the authorities that sign its certificate, where they are not the usual ones. */
  authorities: z.string().nullable().default(null),
};

// MSH-3 and MSH-4, or MSH-5 and MSH-6.
const party = z.strictObject({ application: z.string().min(1).max(180), facility: z.string().min(1).max(180) });

const system = z.discriminatedUnion('channel', [
  z.strictObject({
    ...anySystem,
    channel: z.enum(['webhook', 'fhir']),
    url: z.url({ protocol: /^https$/, error: 'must be an address like https://care.example/messages' }),
    /** Setting that holds the key of the signatures. */
    secretEnv: z.string().regex(/^[A-Z][A-Z\d_]*$/, 'must be the name of a setting, like CARE_SYSTEM_SECRET'),
  }),
  z.strictObject({
    ...anySystem,
    channel: z.literal('hl7'),
    host: z.string().regex(/^[\w.:-]{1,253}$/, 'must be the name or address of a computer'),
    port: z.int().min(1).max(65_535),
    /** Plain text must be asked for by name: whoever is on the way can read it and change it. */
    connection: destinationSecurity,
    sender: party,
    receiver: party,
    version: z.enum(['2.3', '2.3.1', '2.4', '2.5', '2.5.1', '2.6', '2.7', '2.8']).default('2.4'),
    processing: z.enum(['P', 'T', 'D']).default('P'),
    characterSet: z.enum(['utf-8', 'latin-1']).default('utf-8'),
    /** Document type in the receiver's own code list. */
    code: z
      .strictObject({
        value: z.string().min(1).max(20),
        text: z.string().min(1).max(200),
        system: z.string().min(1).max(20),
      })
      .default({ value: 'HOMEWARD', text: 'Message from a hospital', system: 'L' }),
  }),
]);

export const deliverySchema = z.strictObject({
  email: email.nullable().default(null),
  /** Text messages by Notify; the template has the place `((body))`. */
  text: z
    .strictObject({ by: z.literal('notify'), template })
    .nullable()
    .default(null),
  systems: z.array(system).default([]),
});

/** What carries messages; nothing but the portal where there is no such file. */
export type DeliveryFile = z.output<typeof deliverySchema>;

/** Reads the file. @throws HomewardError CONFIG_INVALID with file, line and reason */
export function readDeliveryFile(folder: string): YamlFile<DeliveryFile> {
  const file = join(folder, 'delivery.yaml');
  if (existsSync(file)) return readYaml(file, deliverySchema);
  return { file, value: deliverySchema.parse({}), lineOf: () => 1 };
}

/** What in the file does not agree with the organisations, or with itself. */
export function deliveryFaults({ file, value, lineOf }: YamlFile<DeliveryFile>, councils: readonly Council[]): Fault[] {
  const faults: Fault[] = [];
  const ids = value.systems.map(({ id }) => id);
  for (const [index, one] of value.systems.entries()) {
    const { id, recipient } = one;
    const say = (key: string, reason: string): unknown =>
      faults.push({ file, line: lineOf(['systems', index, key]), reason });
    if (ids.indexOf(id) !== index) say('id', 'another system has this id');
    const place = parseProviderId(recipient);
    const council = place?.kind === 'local' ? place.council : place ? null : recipient;
    if (council !== null && !councils.some((one) => one.id === council))
      say('recipient', `“${recipient}” is neither a care provider’s id nor a council of organisations.yaml`);
    // On the open internet anybody may stand between.
    if (one.channel === 'hl7' && one.connection.security === 'plain-text' && one.networks.length === 0)
      say('connection', 'plain text goes into named networks alone: name them in networks, or use tls');
  }
  return faults;
}
