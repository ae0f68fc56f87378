/**
 * Whom the care part that stands named, each by a digest of all that it said of them: 64 bits, so that
 * a council of a million is known in 20 MB.
 */

/** The digest that stands for "not to be remembered". */
export const noDigest = '0';

export class SeenPersons {
  readonly #bytes: Buffer;
  /** Open addressing: the place of an entry in `#bytes`, counted from 1; 0 is free. */
  readonly #slots: Int32Array;
  readonly #met: Uint8Array;

  /** @param bytes digests of 8 bytes each, one after the other */
  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const entries = bytes.length / 8;
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * entries + 1)));
    this.#met = new Uint8Array(entries);
    for (let entry = 0; entry < entries; entry++) {
      let slot = this.#first(this.#bytes.readUInt32BE(entry * 8 + 4));
      while (this.#slots[slot] !== 0) slot = this.#next(slot);
      this.#slots[slot] = entry + 1;
    }
  }

  /** Whether a digest is among them; remembers that it was asked for. @param digest 8 bytes, each as one letter */
  meets(digest: string): boolean {
    const high = wordAt(digest, 0);
    const low = wordAt(digest, 4);
    for (let slot = this.#first(low); ; slot = this.#next(slot)) {
      const entry = (this.#slots[slot] ?? 0) - 1;
      if (entry === -1) return false;
      if (this.#bytes.readUInt32BE(entry * 8) !== high || this.#bytes.readUInt32BE(entry * 8 + 4) !== low) continue;
      this.#met[entry] = 1;
      return true;
    }
  }

  /** Those that nobody asked for, as the database writes them. */
  notMet(): string[] {
    const digests: string[] = [];
    this.#met.forEach((met, entry) => {
      if (met === 0) digests.push(String(this.#bytes.readBigInt64BE(entry * 8)));
    });
    return digests;
  }

  #first(low: number): number {
    return low & (this.#slots.length - 1);
  }

  #next(slot: number): number {
    return (slot + 1) & (this.#slots.length - 1);
  }
}

/** A digest as the database writes it: a signed number. @param digest 8 bytes, each as one letter */
export function toSigned(digest: string): string {
  return String(BigInt.asIntN(64, (BigInt(wordAt(digest, 0)) << 32n) | BigInt(wordAt(digest, 4))));
}

function wordAt(digest: string, at: number): number {
  const byte = (place: number): number => digest.charCodeAt(at + place);
  return ((byte(0) << 24) | (byte(1) << 16) | (byte(2) << 8) | byte(3)) >>> 0;
}
