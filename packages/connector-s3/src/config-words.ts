import { c, type ConfigField } from '@millrace/connect-api';

/** One of these words; names of Java classes that end in `suffix` are taken too: `io.confluent.….JsonFormat` is `Json`. */
export function named<const W extends string>(suffix: string, words: Readonly<Record<string, W>>): ConfigField<W> {
  const known = new Map(Object.entries(words).map(([name, word]) => [name.toLowerCase(), word]));
  const end = new RegExp(`${suffix}$`);
  return c.string().transform((text) => {
    const name = (text.trim().split(/[.$]/).at(-1) ?? '').replace(end, '');
    const word = known.get(name.toLowerCase());
    if (word === undefined) throw new Error(`Expected one of: ${[...new Set(Object.values(words))].join(', ')}`);
    return word;
  });
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '0': '\0', '\\': '\\' };

/** Files of settings trim line ends and tabs, so those are written with a backslash: `\n`, `\r`, `\t`, `\0`, and `\\` for itself. */
export function escapedText(): ConfigField<string> {
  return c.string().transform((text) => text.replaceAll(/\\(.)/g, (all, letter: string) => ESCAPES[letter] ?? all));
}
