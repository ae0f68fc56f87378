/**
 * Finds messages in what arrives on an MLLP connection: `<VT> message <FS><CR>`, however it is cut up.
 * Pure: bytes in, events out; it holds one message at most.
 * Source: HL7 MLLP release 1; and what real senders do to it.
 */
const startBlock = 0x0b;
const endBlock = 0x1c;
const carriageReturn = 0x0d;
const lineFeed = 0x0a;

export type FrameEvent =
  /** A whole message, in memory of its own. */
  | { readonly kind: 'frame'; readonly content: Buffer }
  /** A message began before the last one had ended: that one is dropped, so it is never answered. */
  | { readonly kind: 'cut'; readonly bytes: number }
  /** A message longer than allowed; `head` is its beginning. Nothing can be read after it. */
  | { readonly kind: 'oversize'; readonly head: Buffer }
  /** More than allowed that is in no frame at all: no MLLP is spoken here. Nothing can be read after it. */
  | { readonly kind: 'junk'; readonly bytes: number };

export interface FrameLimits {
  /** The longest message, its frame not counted. */
  readonly maxBytes: number;
  /** How much may stand before one start block. */
  readonly maxJunk: number;
}

/** What begins a message; a start block before anything else is a character of a text. */
const openings = ['MSH', 'FHS', 'BHS'].map((name) => Buffer.from(name));
const headLength = 8192;
const nothing = Buffer.alloc(0);
const unknown = -2;

/** Takes bytes by `push`, gives events by `next` until that says null. Work and memory are in proportion to the bytes. */
export class FrameReader {
  readonly #limits: FrameLimits;
  #input: Buffer = nothing;
  #at = 0;
  /** Places of the next blocks in the input, so that none is looked for twice. */
  readonly #next = { [startBlock]: unknown, [endBlock]: unknown };
  #inFrame = false;
  #dead = false;
  #endSeen = false;
  #held: Buffer = nothing;
  #size = 0;
  #junk = 0;

  constructor(limits: FrameLimits) {
    this.#limits = limits;
  }

  /** A message has begun and not ended. */
  get inFrame(): boolean {
    return this.#inFrame;
  }

  /** The last byte may be the end of a message, if the sender leaves out the carriage return. */
  get endSeen(): boolean {
    return this.#endSeen;
  }

  /** Bytes of memory kept for the message that has begun. */
  get held(): number {
    return this.#held.length;
  }

  /** Adds what has arrived. */
  push(chunk: Buffer): void {
    if (this.#dead) return;
    const left = this.#input.length - this.#at;
    this.#read(left === 0 ? chunk : Buffer.concat([this.#input.subarray(this.#at), chunk]));
    this.#endSeen = false;
  }

  /** The next thing found; null when more bytes are needed. */
  next(): FrameEvent | null {
    if (this.#dead) return null;
    if (!this.#inFrame) {
      const event = this.#skipJunk();
      if (event || !this.#inFrame) return event;
    }
    return this.#readFrame();
  }

  /** Takes an end block without its carriage return for the end, when nothing more is coming. */
  finish(): FrameEvent | null {
    if (!this.#endSeen) return null;
    this.#endSeen = false;
    return this.#complete(this.#at, this.#at + 1);
  }

  #skipJunk(): FrameEvent | null {
    const start = this.#find(startBlock, this.#at);
    const end = start === -1 ? this.#input.length : start;
    // The line ends that some senders add after an end block are not worth a word.
    for (; this.#at < end && this.#junk === 0; this.#at++) {
      const byte = this.#input[this.#at];
      if (byte !== carriageReturn && byte !== lineFeed) break;
    }
    this.#junk += end - this.#at;
    if (this.#junk > this.#limits.maxJunk) return this.#stop({ kind: 'junk', bytes: this.#junk });
    this.#at = end;
    if (start === -1) {
      this.#read(nothing);
      return null;
    }
    this.#at++;
    this.#inFrame = true;
    this.#junk = 0;
    return null;
  }

  #readFrame(): FrameEvent | null {
    let from = this.#at;
    for (;;) {
      const end = this.#find(endBlock, from);
      const start = this.#find(startBlock, from);
      const mark = end === -1 ? start : start === -1 ? end : Math.min(end, start);
      if (mark === -1) return this.#keep(this.#input.length);
      const meaning = mark === end ? this.#atEndBlock(mark) : this.#atStartBlock(mark);
      if (meaning === 'text') from = mark + 1;
      else if (meaning === 'unclear') {
        const event = this.#keep(mark);
        this.#endSeen = event === null && mark === end;
        return event;
      } else if (meaning === 'again') {
        this.#at = mark + 1;
        from = this.#at;
      } else if (meaning === 'end') {
        return this.#complete(mark, mark + (this.#input[mark + 1] === startBlock ? 1 : 2));
      } else {
        const bytes = this.#size + mark - this.#at;
        this.#forget();
        this.#at = mark + 1;
        return { kind: 'cut', bytes };
      }
    }
  }

  #atEndBlock(mark: number): 'text' | 'unclear' | 'end' {
    const next = this.#input[mark + 1];
    if (next === undefined) return 'unclear';
    return next === carriageReturn || next === lineFeed || next === startBlock ? 'end' : 'text';
  }

  #atStartBlock(mark: number): 'text' | 'unclear' | 'again' | 'cut' {
    if (this.#size === 0 && mark === this.#at) return 'again';
    if (!openings.some(([first]) => first === this.#input[mark + 1]) && mark + 1 < this.#input.length) return 'text';
    const following = this.#input.subarray(mark + 1, mark + 4);
    if (!openings.some((opening) => opening.subarray(0, following.length).equals(following))) return 'text';
    return following.length < 3 ? 'unclear' : 'cut';
  }

  #find(block: typeof startBlock | typeof endBlock, from: number): number {
    const before = this.#next[block];
    if (before === -1 || before >= from) return before;
    return (this.#next[block] = this.#input.indexOf(block, from));
  }

  /** Ends the message before `mark`; reading goes on at `after`. */
  #complete(mark: number, after: number): FrameEvent {
    const length = this.#size + mark - this.#at;
    if (length > this.#limits.maxBytes) return this.#oversize(mark);
    const content = this.#contentBefore(mark, length);
    this.#forget();
    this.#inFrame = false;
    this.#at = after;
    if (this.#at >= this.#input.length) this.#read(nothing);
    return { kind: 'frame', content };
  }

  /** In memory of its own, so that a message that is kept does not keep all that arrived with it. */
  #contentBefore(mark: number, length: number): Buffer {
    if (this.#size === 0) return Buffer.from(this.#input.subarray(this.#at, mark));
    // What is well filled is given away as it is: of large messages there are to be few copies.
    const content =
      length <= this.#held.length && 2 * length > this.#held.length ? this.#held : Buffer.allocUnsafe(length);
    if (content !== this.#held) this.#held.copy(content, 0, 0, this.#size);
    this.#input.copy(content, this.#size, this.#at, mark);
    return content.subarray(0, length);
  }

  /** Keeps the text before `mark` and leaves the rest, a few bytes at most, for when more has arrived. */
  #keep(mark: number): FrameEvent | null {
    const length = this.#size + mark - this.#at;
    if (length > this.#limits.maxBytes) return this.#oversize(mark);
    if (length > this.#held.length) {
      const larger = Buffer.allocUnsafeSlow(Math.min(Math.max(4096, 4 * length), this.#limits.maxBytes));
      this.#held.copy(larger, 0, 0, this.#size);
      this.#held = larger;
    }
    this.#input.copy(this.#held, this.#size, this.#at, mark);
    this.#size = length;
    this.#at = mark;
    const rest = this.#input.subarray(mark);
    this.#read(rest.length > 0 ? Buffer.from(rest) : nothing);
    return null;
  }

  #oversize(mark: number): FrameEvent {
    const pieces = [this.#held.subarray(0, Math.min(this.#size, headLength)), this.#input.subarray(this.#at, mark)];
    return this.#stop({ kind: 'oversize', head: Buffer.from(Buffer.concat(pieces).subarray(0, headLength)) });
  }

  #stop(event: FrameEvent): FrameEvent {
    this.#dead = true;
    this.#inFrame = false;
    this.#forget();
    this.#read(nothing);
    return event;
  }

  #forget(): void {
    this.#held = nothing;
    this.#size = 0;
  }

  #read(input: Buffer): void {
    this.#input = input;
    this.#at = 0;
    this.#next[startBlock] = unknown;
    this.#next[endBlock] = unknown;
  }
}

/** The bytes of a message in its frame. */
export function frame(content: Uint8Array): Buffer {
  const framed = Buffer.allocUnsafe(content.length + 3);
  framed[0] = startBlock;
  framed.set(content, 1);
  framed[content.length + 1] = endBlock;
  framed[content.length + 2] = carriageReturn;
  return framed;
}

/** Whether a frame can hold this: no start block before a header, no end block that would end it early. */
export function canBeFramed(content: Uint8Array): boolean {
  return !content.includes(startBlock) && !content.includes(endBlock);
}
