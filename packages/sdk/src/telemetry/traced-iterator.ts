import { messageOf } from '@millrace/base';
import type { OpenSpan } from './tracing.ts';

/**
 * An iterator whose items have a span each, from the moment they are handed out until the next one is asked for or the loop is left.
 * Put around the real one only when spans are wanted.
 */
export class TracedIterator<Item> implements AsyncIterableIterator<Item, undefined> {
  readonly #inner: AsyncIterableIterator<Item, undefined>;
  readonly #begin: (item: Item) => OpenSpan;
  #open: OpenSpan | undefined;
  #hasWarned = false;

  constructor(inner: AsyncIterableIterator<Item, undefined>, begin: (item: Item) => OpenSpan) {
    this.#inner = inner;
    this.#begin = begin;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Item, undefined>> {
    this.#end();
    const next = await this.#inner.next();
    if (next.done !== true) {
      // Calls that overlap: the item before is over as soon as there is another.
      this.#end();
      this.#open = this.#tryBegin(next.value);
    }
    return next;
  }

  async return(): Promise<IteratorResult<Item, undefined>> {
    this.#end();
    return (await this.#inner.return?.()) ?? { value: undefined, done: true };
  }

  /** The item is taken already: a tracer that throws must not be the end of it. */
  #tryBegin(item: Item): OpenSpan | undefined {
    try {
      return this.#begin(item);
    } catch (error) {
      if (!this.#hasWarned)
        process.emitWarning(`the tracer failed to begin a span: ${messageOf(error)}`, 'MillraceTelemetryWarning');
      this.#hasWarned = true;
      return undefined;
    }
  }

  #end(): void {
    this.#open?.end();
    this.#open = undefined;
  }
}
