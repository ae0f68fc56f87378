/**
 * Seals what must lie unreadable in the database: messages as they came and as they go. The key stays in
 * the environment, so that a copy of the database alone opens none of them.
 */
import { createCipheriv, createDecipheriv, createHash, createHmac, createSecretKey, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'; // prettier-ignore
import type { KeyObject } from 'node:crypto';
import { HomewardError } from '../domain/error.ts';

/** Seals and opens. `about` names the row that a text belongs to: sealed for one row, it opens for no other. */
export interface Sealer {
  seal(text: Uint8Array, about: string): Buffer;
  /** @throws HomewardError SEAL_BROKEN when the key is not here any more, or the text or its row is another */
  open(sealed: Uint8Array, about: string): Buffer;
  /** A fingerprint that nobody can make without the key; the same for the same text. */
  mac(text: Uint8Array): Buffer;
  /** Whether a fingerprint is of this text, also when it was made with a key since replaced. */
  isMac(mac: Uint8Array, text: Uint8Array): boolean;
}

const version = 1;
const idBytes = 4;
const ivBytes = 12;
const tagBytes = 16;
const ivAt = 1 + idBytes;
const tagAt = ivAt + ivBytes;
const headBytes = tagAt + tagBytes;

interface Key {
  readonly id: Buffer;
  /** What every text sealed with it begins with: version and id. */
  readonly head: Buffer;
  readonly seal: KeyObject;
  readonly mac: KeyObject;
}

/**
 * A sealer with a key of 32 bytes.
 * @param old keys that were replaced: they still open, and no longer seal
 */
export function sealerOf(key: Uint8Array, old: readonly Uint8Array[] = []): Sealer {
  const current = derive(key);
  const all = [current, ...old.map(derive)];
  const fresh = randomPieces(ivBytes);
  return {
    seal(text, about) {
      const sealed = Buffer.allocUnsafe(headBytes + text.length);
      sealed.set(current.head);
      const iv = sealed.subarray(ivAt, tagAt);
      iv.set(fresh());
      const cipher = createCipheriv('aes-256-gcm', current.seal, iv);
      cipher.setAAD(Buffer.from(about));
      sealed.set(cipher.update(text), headBytes);
      cipher.final();
      sealed.set(cipher.getAuthTag(), tagAt);
      return sealed;
    },
    open(sealed, about) {
      const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
      const id = bytes.subarray(1, ivAt);
      const own = all.find((one) => one.id.equals(id));
      if (bytes.length < headBytes || bytes[0] !== version || !own) throw new HomewardError('SEAL_BROKEN');
      const iv = bytes.subarray(ivAt, tagAt);
      const decipher = createDecipheriv('aes-256-gcm', own.seal, iv, { authTagLength: tagBytes });
      decipher.setAAD(Buffer.from(about));
      decipher.setAuthTag(bytes.subarray(tagAt, headBytes));
      try {
        return Buffer.concat([decipher.update(bytes.subarray(headBytes)), decipher.final()]);
      } catch (cause) {
        throw new HomewardError('SEAL_BROKEN', undefined, { cause });
      }
    },
    mac: (text) => macWith(current, text),
    isMac: (mac, text) => all.some((one) => mac.length === 32 && timingSafeEqual(macWith(one, text), mac)),
  };
}

function macWith({ mac }: Key, text: Uint8Array): Buffer {
  return createHmac('sha256', mac).update(text).digest();
}

// Two uses, two keys: what is learnt of the one says nothing of the other.
function derive(key: Uint8Array): Key {
  const part = (use: string): Buffer => Buffer.from(hkdfSync('sha256', key, '', `homeward feed ${use}`, 32));
  const id = createHash('sha256').update(part('name')).digest().subarray(0, idBytes);
  return {
    id,
    head: Buffer.from([version, ...id]),
    seal: createSecretKey(part('seal')),
    mac: createSecretKey(part('mac')),
  };
}

// Asking the system for a few bytes costs as much as sealing with them.
function randomPieces(size: number): () => Buffer {
  let pool = Buffer.alloc(0);
  let at = 0;
  return () => {
    if (at + size > pool.length) {
      pool = randomBytes(size * 256);
      at = 0;
    }
    at += size;
    return pool.subarray(at - size, at);
  };
}
