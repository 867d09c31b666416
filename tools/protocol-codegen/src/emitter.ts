/** Collects lines of generated code with their indentation, and the runtime names that they use. */
export class Emitter {
  readonly #lines: string[] = [];
  readonly #values = new Set<string>();
  readonly #types = new Set<string>();
  #depth = 0;
  /** The conditional block that ended with the newest line. */
  #lastBlock: { condition: string; depth: number; lineCount: number } | undefined;

  line(text = ''): void {
    this.#lines.push(text === '' ? '' : '  '.repeat(this.#depth) + text);
  }

  /** `head {`, the body one level deeper, `tail`. */
  block(head: string, body: () => void, tail = '}'): void {
    this.line(`${head} {`);
    this.indented(body);
    this.line(tail);
  }

  /** A block of its own scope. */
  scope(body: () => void): void {
    this.line('{');
    this.indented(body);
    this.line('}');
  }

  indented(body: () => void): void {
    this.#depth++;
    body();
    this.#depth--;
  }

  /** `if (condition) { … }`, or the body alone when there is nothing to ask. Joins a block of the same condition. */
  when(condition: string | null, body: () => void): void {
    if (condition === null) {
      body();
      return;
    }
    const last = this.#lastBlock;
    if (last?.condition === condition && last.depth === this.#depth && last.lineCount === this.#lines.length) {
      this.#lines.pop();
    } else {
      this.line(`if (${condition}) {`);
    }
    this.indented(body);
    this.line('}');
    this.#lastBlock = { condition, depth: this.#depth, lineCount: this.#lines.length };
  }

  /** Notes that the module needs this function or class of the runtime at run time; returns the name. */
  use(name: string): string {
    this.#values.add(name);
    return name;
  }

  useType(name: string): string {
    this.#types.add(name);
    return name;
  }

  get valueNames(): string[] {
    return [...this.#values].sort();
  }

  get typeNames(): string[] {
    return [...this.#types].filter((name) => !this.#values.has(name)).sort();
  }

  toString(): string {
    return `${this.#lines.join('\n')}\n`;
  }
}
