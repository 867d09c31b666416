/**
 * Cuts a stream of bytes into response frames, with the kernel writing large frames straight into their own memory.
 *
 * Owns: one scratch buffer for the beginnings of frames, and the memory of the frame that is coming in.
 * Invariants: what is given to `onFrame` is the receiver's alone and is never written again.
 * Bounds: a frame holds at most `frameBytesMax`; memory for it is taken once its length is known.
 */
const LENGTH_BYTES = 4;
const SCRATCH_BYTES = 64 * 1024;

export interface FrameReceiverOptions {
  readonly frameBytesMax: number;
  /** Without the length in front. */
  readonly onFrame: (frame: Buffer) => void;
  /** A length that no frame can have; `start` is what came in its place. Nothing more is taken. */
  readonly onBadLength: (length: number, start: Buffer) => void;
}

export class FrameReceiver {
  readonly #options: FrameReceiverOptions;
  readonly #scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);
  /** Bytes in the scratch buffer that belong to no frame yet. */
  #pending = 0;
  /** The frame that is coming in, when its length is known and it was not there at once. */
  #frame: Buffer | undefined;
  #filled = 0;
  #isBroken = false;

  constructor(options: FrameReceiverOptions) {
    this.#options = options;
  }

  /** Where the next bytes go. */
  nextBuffer(): Buffer {
    if (this.#frame !== undefined) return this.#filled === 0 ? this.#frame : this.#frame.subarray(this.#filled);
    return this.#pending === 0 ? this.#scratch : this.#scratch.subarray(this.#pending);
  }

  /** Takes note of bytes that were written into what `nextBuffer` gave. */
  received(byteCount: number): void {
    if (this.#isBroken) return;
    const frame = this.#frame;
    if (frame !== undefined) {
      this.#filled += byteCount;
      if (this.#filled < frame.length) return;
      this.#frame = undefined;
      this.#options.onFrame(frame);
      return;
    }
    this.#cut(this.#pending + byteCount);
  }

  #cut(end: number): void {
    const scratch = this.#scratch;
    let at = 0;
    while (end - at >= LENGTH_BYTES) {
      const length = scratch.readInt32BE(at);
      if (length < LENGTH_BYTES || length > this.#options.frameBytesMax) {
        this.#isBroken = true;
        this.#options.onBadLength(length, Buffer.from(scratch.subarray(at, end)));
        return;
      }
      const start = at + LENGTH_BYTES;
      const available = end - start;
      // Small ones come out of Node's pool of small buffers; nothing large is copied but its beginning.
      const frame = length <= SCRATCH_BYTES ? Buffer.allocUnsafe(length) : Buffer.allocUnsafeSlow(length);
      if (available < length) {
        scratch.copy(frame, 0, start, end);
        this.#frame = frame;
        this.#filled = available;
        this.#pending = 0;
        return;
      }
      at = start + length;
      scratch.copy(frame, 0, start, at);
      this.#options.onFrame(frame);
      if (this.#isBroken) return;
    }
    if (at > 0 && at < end) scratch.copyWithin(0, at, end);
    this.#pending = end - at;
  }
}
