/** Notices told by HL7 to a peer on this computer: messages, parcels and a courier as the application makes it. */
import { randomUUID } from 'node:crypto';
import { hl7Line } from '../../src/app-delivery.ts';
import { hl7Courier } from '../../src/delivery/hl7.ts';
import type { Hl7File } from '../../src/delivery/couriers.ts';
import type { Courier, Parcel, SystemMessage } from '../../src/domain/courier.ts';
import { noticeContent } from '../../src/domain/notice-content.ts';
import type { ContentFacts } from '../../src/domain/notice-content.ts';
import type { Identifier } from '../../src/domain/notice-terms.ts';
import type { Notice } from '../../src/domain/notice.ts';
import { notice } from './notices.ts';
import { on } from './stays.ts';

/** A system as `delivery.yaml` has it, in plain text on this computer unless told otherwise. */
export function systemFile(port: number, change: Partial<Hl7File> = {}): Hl7File {
  return {
    id: 'care', channel: 'hl7', host: '127.0.0.1', port, connection: { security: 'plain-text' }, networks: ['127.0.0.0/8'], authorities: null,
    sender: { application: 'HOMEWARD', facility: 'KVH' }, receiver: { application: 'MOSAIC', facility: 'SHERWOOD' },
    version: '2.4', processing: 'P', characterSet: 'utf-8', code: { value: 'HOMEWARD', text: 'Message from a hospital', system: 'L' },
    ...change,
  }; // prettier-ignore
}

type Own = { readonly key: Buffer; readonly cert: Buffer; readonly clientAuthorities: Buffer } | null;

/** The courier to one system. @param authorities a PEM text @param own our own certificate */
export function courierTo(file: Hl7File, authorities: string | null = null, own: Own = null): Courier<SystemMessage> {
  const { id, host, networks, connection } = file;
  const tell = hl7Line({ mllpTls: () => own }, file, authorities);
  return hl7Courier([{ id, host, networks, plainText: connection.security === 'plain-text', tell }]);
}

interface Told {
  readonly person?: Partial<ContentFacts['person']>;
  readonly identifiers?: readonly Identifier[];
  readonly ask?: Partial<Notice['ask']>;
  readonly change?: Partial<Notice>;
  readonly reason?: SystemMessage['reason'];
}

/** Barbara goes home and care is to start again at tea time, unless told otherwise. */
export function told({ person, identifiers = ['name', 'birth-date', 'nhs-number'], ask, change, reason = 'first' }: Told = {}): SystemMessage {
  const one = notice({ id: '5f0c0f5e-8f3a-4f57-9c0a-0d1e5a7b9c11', ...change });
  const content = noticeContent(
    {
      person: { family: 'Holmes', given: 'Barbara', birthDate: '1941-03-14', nhsNumber: '9990000018', ownReference: 'BH-7', ...person },
      hospital: { name: 'Kings Vale Hospital', phone: '01632 960300' },
      kind: one.kind,
      of: one.of,
      ask: { expectedHome: null, restartFrom: { date: '2026-03-02', visit: 'tea' }, goneAt: null, ...ask },
      answerBy: on('09:15'),
    },
    identifiers,
  );
  return { notice: one, content, reason, link: 'https://homeward.example/inbox' };
} // prettier-ignore

export const parcel = (change: Partial<Parcel<SystemMessage>> = {}): Parcel<SystemMessage> => ({ key: randomUUID(), to: 'care', what: told(), again: false, at: on('09:00'), ...change }); // prettier-ignore
