/** Puts a site's couriers together. What is missing or cannot be right stops the start, and not the first message. */
import { readFileSync } from 'node:fs';
import type { Couriers } from '../domain/courier.ts';
import { HomewardError } from '../domain/error.ts';
import { notifyEmailCourier } from './email-notify.ts';
import { smtpCourier } from './email-smtp.ts';
import { fhirCourier } from './fhir-message.ts';
import { hl7Courier } from './hl7.ts';
import type { Hl7System } from './hl7.ts';
import { notifyKey, notifyOn } from './notify.ts';
import type { Notify } from './notify.ts';
import { readSecrets } from './signed-post.ts';
import type { System } from './signed-post.ts';
import { readSmtpUrl } from './smtp-settings.ts';
import { notifyTextCourier } from './text-notify.ts';
import { webhookCourier } from './webhook.ts';

/** What the configuration folder says. */
export interface CarrierFile {
  readonly email:
    | {
        readonly by: 'smtp';
        readonly from: { readonly name: string; readonly address: string };
        readonly bounces: string | null;
        readonly authorities: string | null;
      }
    | { readonly by: 'notify'; readonly template: string }
    | null;
  readonly text: { readonly by: 'notify'; readonly template: string } | null;
  readonly systems: readonly (PostedSystem | Hl7File)[];
}

interface AnySystem {
  readonly id: string;
  readonly networks: readonly string[];
  readonly authorities: string | null;
}

interface PostedSystem extends AnySystem {
  readonly channel: 'webhook' | 'fhir';
  readonly url: string;
  readonly secretEnv: string;
}

/** A system that listens for HL7, as the configuration folder has it. */
export interface Hl7File extends AnySystem {
  readonly channel: 'hl7';
  readonly host: string;
  readonly port: number;
  readonly connection:
    { readonly security: 'plain-text' } | { readonly security: 'tls'; readonly serverCertificate?: string | undefined };
  readonly sender: { readonly application: string; readonly facility: string };
  readonly receiver: { readonly application: string; readonly facility: string };
  readonly version: string;
  readonly processing: 'P' | 'T' | 'D';
  readonly characterSet: 'utf-8' | 'latin-1';
  readonly code: { readonly value: string; readonly text: string; readonly system: string };
}

/** What the environment says; secrets in closures, so that printing this shows none. */
export interface CarrierSettings {
  readonly baseUrl: string;
  smtpUrl(): string | null;
  notify(): { readonly apiKey: string; readonly baseUrl: string | null } | null;
  secret(name: string): string | null;
  /** Proves addresses of letters that come back. */
  bounceSecret(): string;
  /** Writes and carries HL7; `authorities`: a PEM text. */
  hl7(system: Hl7File, authorities: string | null): Hl7System['tell'];
}

/**
 * The couriers of a site.
 * @throws HomewardError SETTINGS_INVALID naming the setting, never its value
 */
export function couriersOf(file: CarrierFile, settings: CarrierSettings): { couriers: Couriers; close(): void } {
  const closers: (() => void)[] = [];
  const email = emailOf(file, settings, closers);
  const text = file.text && notifyTextCourier(notifyFor(settings, 'text'), file.text.template);
  const posted = file.systems.filter((one) => one.channel !== 'hl7');
  const systems = posted.map((one) => ({ ...systemOf(one, settings), channel: one.channel }));
  const of = (channel: PostedSystem['channel']): System[] => systems.filter((one) => one.channel === channel);
  const hl7 = file.systems.filter((one) => one.channel === 'hl7').map((one) => hl7SystemOf(one, settings));
  return {
    couriers: {
      ...(email && { email }),
      ...(text && { text }),
      ...(of('webhook').length > 0 && { webhook: webhookCourier(of('webhook')) }),
      ...(of('fhir').length > 0 && { fhir: fhirCourier(of('fhir'), settings.baseUrl) }),
      ...(hl7.length > 0 && { hl7: hl7Courier(hl7) }),
    },
    close: () => closers.forEach((one) => one()),
  };
}

function emailOf({ email }: CarrierFile, settings: CarrierSettings, closers: (() => void)[]): Couriers['email'] {
  if (email === null) return undefined;
  if (email.by === 'notify') return notifyEmailCourier(notifyFor(settings, 'email'), email.template);
  const server = readSmtpUrl(settings.smtpUrl() ?? '');
  if (!server) throw invalid('SMTP_URL', 'must be an address like smtps://user:password@mail.example: delivery.yaml sends e-mail by SMTP.'); // prettier-ignore
  const courier = smtpCourier({
    server,
    from: email.from,
    bounces: email.bounces === null ? null : { address: email.bounces, secret: settings.bounceSecret() },
    ...(email.authorities !== null && { authorities: pem(email.authorities) }),
  });
  closers.push(() => courier.close());
  return courier;
}

function notifyFor(settings: CarrierSettings, channel: string): Notify {
  const given = settings.notify();
  if (!given || !notifyKey.test(given.apiKey)) throw invalid('NOTIFY_API_KEY', `must be a key as Notify shows it: delivery.yaml sends ${channel} by Notify.`); // prettier-ignore
  const { apiKey, baseUrl } = given;
  const local = baseUrl !== null && /^http:\/\/(localhost|127\.0\.0\.1)(:\d+)?$/.test(baseUrl);
  if (baseUrl !== null && !local && !baseUrl.startsWith('https://')) throw invalid('NOTIFY_URL', 'must begin with https://.'); // prettier-ignore
  return notifyOn(baseUrl === null ? { apiKey } : { apiKey, baseUrl });
}

function systemOf(one: PostedSystem, { secret }: CarrierSettings): System {
  const secrets = readSecrets(secret(one.secretEnv) ?? '');
  if (!secrets) throw invalid(one.secretEnv, `must be a key of 24 to 64 bytes in base64: the system “${one.id}” of delivery.yaml names it.`); // prettier-ignore
  const { id, url, networks, authorities } = one;
  return { id, url, networks, authorities: authorities === null ? null : pem(authorities), secrets: () => secrets };
}

function hl7SystemOf(one: Hl7File, settings: CarrierSettings): Hl7System {
  const { id, host, networks, connection, authorities } = one;
  const tell = settings.hl7(one, authorities === null ? null : pem(authorities));
  return { id, host, networks, plainText: connection.security === 'plain-text', tell };
}

function pem(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new HomewardError(
      'CONFIG_INVALID',
      `The file of authorities “${path}” that delivery.yaml names cannot be read.`,
    );
  }
}

function invalid(name: string, reason: string): HomewardError {
  return new HomewardError('SETTINGS_INVALID', `${name} ${reason}`);
}
