/** Buffers for gathering small batches before a write, used again and again. */
export class ScratchBuffers {
  readonly #sizeBytes: number;
  readonly #free: Buffer[] = [];

  constructor(sizeBytes: number) {
    this.#sizeBytes = sizeBytes;
  }

  /** Lends a buffer for the time that `operation` takes. As many are kept as were ever lent at once. */
  async use<T>(operation: (scratch: Buffer) => Promise<T>): Promise<T> {
    const scratch = this.#free.pop() ?? Buffer.allocUnsafeSlow(this.#sizeBytes);
    try {
      return await operation(scratch);
    } finally {
      this.#free.push(scratch);
    }
  }
}
