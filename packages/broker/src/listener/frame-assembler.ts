/**
 * Frames out of a byte stream: a 4-byte length, then that many bytes, whatever the cuts between socket chunks.
 *
 * Owns: the part of a frame that has arrived so far.
 * Invariants: nothing of a chunk is kept: each frame is copied into memory of its own, which is the receiver's from then on;
 *   frames come out in order; after a fault nothing comes out any more.
 * Bounds: memory follows what has arrived, never what was announced: at most FAST_GROWTH_FACTOR times the received bytes
 *   (or FIRST_CAPACITY_BYTES) and never more than the frame, in pieces of FrameMemory.
 * Not here: what is in a frame, and how many frames a connection may have in work (see connection.ts).
 */
import type { FrameMemory } from './frame-memory.ts';

const LENGTH_BYTES = 4;
const FIRST_CAPACITY_BYTES = 64 * 1024;
/** Up to this size buffers grow fast, since a copied byte costs more than an unused one. */
const FAST_GROWTH_BYTES_MAX = 8 * 1024 * 1024;
const FAST_GROWTH_FACTOR = 4;
const GROWTH_FACTOR = 2;

const NOTHING = Buffer.alloc(0);

export class FrameAssembler {
  readonly #frameBytesMax: number;
  readonly #memory: FrameMemory;
  readonly #onFrame: (frame: Buffer) => void;
  /** Bytes of the length field that have arrived, and their value so far. */
  #lengthBytes = 0;
  #length = 0;
  /** The frame under assembly; empty between frames. */
  #partial: Buffer = NOTHING;
  #frameBytes = 0;
  #received = 0;
  #isStopped = false;

  /** @param onFrame called inside `push`; may call `stop` */
  constructor(frameBytesMax: number, memory: FrameMemory, onFrame: (frame: Buffer) => void) {
    this.#frameBytesMax = frameBytesMax;
    this.#memory = memory;
    this.#onFrame = onFrame;
  }

  /** Memory held for a frame that is not complete. */
  get heldBytes(): number {
    return this.#partial.length;
  }

  /** Whether the stream stands between two frames. */
  get isAtBoundary(): boolean {
    return this.#lengthBytes === 0;
  }

  /** Nothing comes out any more; what was held is let go. */
  stop(): void {
    this.#isStopped = true;
    this.#memory.give(this.#partial);
    this.#partial = NOTHING;
  }

  /** Takes the next bytes of the stream. Returns what is wrong with an announced length, after which the stream is lost. */
  push(chunk: Buffer): string | undefined {
    let at = 0;
    while (!this.#isStopped) {
      if (this.#lengthBytes === LENGTH_BYTES) {
        at = this.#fill(chunk, at);
        if (this.#lengthBytes === LENGTH_BYTES) return undefined;
        continue;
      }
      while (this.#lengthBytes < LENGTH_BYTES) {
        if (at === chunk.length) return undefined;
        this.#length = (this.#length << 8) | (chunk[at++] as number);
        this.#lengthBytes++;
      }
      const length = this.#length;
      if (length <= 0 || length > this.#frameBytesMax) {
        this.stop();
        const protocol = otherProtocol(length);
        if (protocol !== undefined) return protocol;
        return `a frame of ${length} bytes was announced; 1 to ${this.#frameBytesMax} are allowed (socket.request.max.bytes, and what millrace.memory.max.bytes has room for)`;
      }
      this.#frameBytes = length;
    }
    return undefined;
  }

  /** Copies what belongs to the frame under assembly and hands it on when whole; returns the position behind. */
  #fill(chunk: Buffer, at: number): number {
    const taken = Math.min(this.#frameBytes - this.#received, chunk.length - at);
    if (taken > 0) {
      this.#reserve(this.#received + taken);
      chunk.copy(this.#partial, this.#received, at, at + taken);
      this.#received += taken;
    }
    if (this.#received === this.#frameBytes) {
      const frame = this.#partial.subarray(0, this.#received);
      this.#startOver();
      this.#onFrame(frame);
    }
    return at + taken;
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#partial.length) return;
    const factor = bytes < FAST_GROWTH_BYTES_MAX ? FAST_GROWTH_FACTOR : GROWTH_FACTOR;
    const wanted = Math.max(FIRST_CAPACITY_BYTES, bytes * factor);
    const capacity = wanted < this.#frameBytes ? 1 << (31 - Math.clz32(wanted)) : this.#frameBytes;
    const grown = this.#memory.take(capacity);
    if (this.#received > 0) {
      this.#partial.copy(grown, 0, 0, this.#received);
      this.#memory.give(this.#partial);
    }
    this.#partial = grown;
  }

  #startOver(): void {
    this.#lengthBytes = 0;
    this.#length = 0;
    this.#received = 0;
    this.#partial = NOTHING;
  }
}

/** First bytes of HTTP requests and answers, where a frame has its length. */
const HTTP_STARTS = new Set(['GET ', 'POST', 'PUT ', 'HEAD', 'HTTP', 'OPTI', 'DELE', 'PATC', 'PRI ']);
/** Handshake record, major version 3; every TLS client begins with it. */
const TLS_START = 0x1603;

/** What a length that cannot be says of who sent it. */
function otherProtocol(length: number): string | undefined {
  if (length >>> 16 === TLS_START) return 'looks like TLS, which this listener does not offer';
  const bytes = Buffer.alloc(LENGTH_BYTES);
  bytes.writeInt32BE(length);
  if (HTTP_STARTS.has(bytes.toString('latin1'))) return 'looks like HTTP (metrics are on the ops port)';
  return undefined;
}
