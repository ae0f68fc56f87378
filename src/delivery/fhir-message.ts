/**
 * A notice as a FHIR R4 message to a recipient's `$process-message`: MessageHeader, Communication, Patient and the two
 * organisations, the bundle's shape of Booking and Referral Standard (BaRS). A transport answer is all that comes back; a human's
 * answer is given in the portal.
 */
import { createHash } from 'node:crypto';
import type { Courier, SystemMessage } from '../domain/courier.ts';
import type { NoticeContent } from '../domain/notice-content.ts';
import { noticeText } from '../domain/notice-text.ts';
import { noticeKinds } from '../domain/notice.ts';
import { postSigned } from './signed-post.ts';
import type { System } from './signed-post.ts';

/** A courier to the systems of a site. @param baseUrl names what is ours in the message */
export function fhirCourier(systems: readonly System[], baseUrl: string): Courier<SystemMessage> {
  return {
    async carry({ key, to, what, at }, signal) {
      const system = systems.find(({ id }) => id === to);
      if (!system) return { is: 'later', fault: 'NOT_CONFIGURED' };
      const body = JSON.stringify(messageBundle(what, { key, baseUrl, endpoint: system.url }));
      return postSigned(system, { key, at, type: 'application/fhir+json', body }, signal);
    },
  };
}

const eventOf = {
  first: 'notice-told',
  reminder: 'notice-reminder',
  'out-of-hours': 'notice-reminder',
  council: 'notice-unanswered',
} as const;

/** The message; the same at every attempt, so that its receiver can tell a repetition. */
export function messageBundle(
  { notice, content, reason, link }: SystemMessage,
  { key, baseUrl, endpoint }: { readonly key: string; readonly baseUrl: string; readonly endpoint: string },
): object {
  const system = (name: string): string => `${baseUrl}/fhir/${name}`;
  const urn = (name: string): string => `urn:uuid:${derived(key, name)}`;
  const [header, communication, patient, hospital, recipient] = ['header', 'communication', 'patient', 'hospital', 'recipient'].map(urn); // prettier-ignore
  const text = noticeText(content, notice.createdAt, notice.recipient.kind);
  const lines = [text.heading, text.where, ...text.what, ...(text.answer === null ? [] : [text.answer]), link];
  const organisation = (id: string, name?: string): object => ({
    resourceType: 'Organization',
    identifier: [{ system: system('organisation'), value: id }],
    ...(name !== undefined && { name }),
  });
  return {
    resourceType: 'Bundle',
    type: 'message',
    identifier: { system: system('delivery'), value: key },
    timestamp: notice.createdAt.toISOString(),
    entry: [
      {
        fullUrl: header,
        resource: {
          resourceType: 'MessageHeader',
          eventCoding: { system: system('event'), code: eventOf[reason] },
          destination: [{ endpoint, receiver: { reference: recipient } }],
          sender: { reference: hospital },
          source: { name: 'Homeward', endpoint: baseUrl },
          focus: [{ reference: communication }],
        },
      },
      {
        fullUrl: communication,
        resource: {
          resourceType: 'Communication',
          identifier: [
            { system: system('notice'), value: notice.id },
            { system: system('thread'), value: notice.thread },
          ],
          status: 'completed',
          category: [
            { coding: [{ system: system('notice-kind'), code: notice.kind, display: noticeKinds[notice.kind] }] },
          ],
          topic: { coding: [{ system: system('notice-kind'), code: notice.of, display: noticeKinds[notice.of] }] },
          subject: { reference: patient },
          sent: notice.createdAt.toISOString(),
          sender: { reference: hospital },
          recipient: [{ reference: recipient }],
          payload: lines.map((contentString) => ({ contentString })),
        },
      },
      { fullUrl: patient, resource: patientOf(content, system('client-reference')) },
      { fullUrl: hospital, resource: organisation(notice.sender.organisation, content.where.hospital) },
      { fullUrl: recipient, resource: organisation(notice.recipient.id) },
    ],
  };
}

function patientOf({ who }: NoticeContent, referenceSystem: string): object {
  const { family, given, birthDate, nhsNumber, ownReference } = who;
  const identifier = [
    ...(nhsNumber === undefined ? [] : [{ system: 'https://fhir.nhs.uk/Id/nhs-number', value: nhsNumber }]),
    ...(ownReference === undefined ? [] : [{ system: referenceSystem, value: ownReference }]),
  ];
  const named = family !== undefined || given !== undefined;
  return {
    resourceType: 'Patient',
    ...(identifier.length > 0 && { identifier }),
    ...(named && {
      name: [{ ...(family !== undefined && { family }), ...(given !== undefined && { given: [given] }) }],
    }),
    ...(birthDate !== undefined && { birthDate }),
  };
}

// A UUID (version 8) worked out from the message's key, since it must be the same when the message is sent again.
function derived(key: string, name: string): string {
  const hash = createHash('sha256').update(`${key} ${name}`).digest('hex');
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `8${hash.slice(13, 16)}`,
    `8${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ].join('-');
}
