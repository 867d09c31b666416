/**
 * Examples in Markdown: fenced code, taken out so that it can be compiled and run.
 *
 * An example may rest on things that it does not show. A comment right before the fence, which readers of the page do not see,
 * declares them: `<!-- given: declare const socket: Socket; -->`.
 */

export interface DocExample {
  readonly path: string;
  /** Of the first line of code, from 1. */
  readonly line: number;
  readonly language: string;
  readonly code: string;
  /** Declarations that the example rests on; empty when it stands alone. */
  readonly given: string;
}

const FENCE = /^(?<comment><!-- given: (?<given>[\s\S]*?) -->\n+)?```(?<language>[a-z]*)\n(?<code>[\s\S]*?)^```$/gm;

/** The fenced code of a page in these languages, in its order. */
export function examplesIn(path: string, markdown: string, languages: readonly string[]): DocExample[] {
  const examples: DocExample[] = [];
  for (const match of markdown.matchAll(FENCE)) {
    const { comment = '', given = '', language = '', code = '' } = match.groups ?? {};
    if (!languages.includes(language)) continue;
    const linesBefore = `${markdown.slice(0, match.index)}${comment}`.split('\n').length;
    examples.push({ path, line: linesBefore + 1, language, code, given });
  }
  return examples;
}

/** A module of its own: what it rests on comes in one line, so that line numbers stay simple. */
export function asModule({ given, code }: DocExample): string {
  return `${given.replaceAll('\n', ' ')}\n${code}export {};\n`;
}
