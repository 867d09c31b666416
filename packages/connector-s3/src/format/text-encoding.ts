/** Collects text, and hands it over as UTF-8 a block at a time. */
export class TextEncoding {
  readonly blockBytes = 256 * 1024;
  #text = '';

  /** As many bytes as there are characters, mostly. */
  get pendingBytes(): number {
    return this.#text.length;
  }

  drain(): Uint8Array | undefined {
    if (this.#text === '') return undefined;
    const bytes = Buffer.from(this.#text);
    this.#text = '';
    return bytes;
  }

  finish(): Uint8Array | undefined {
    return this.drain();
  }

  protected add(text: string): number {
    this.#text += text;
    return text.length;
  }
}
