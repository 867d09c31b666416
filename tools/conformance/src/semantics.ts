/** What a broker must hold, line by line, and the tests that show it: data in ../semantics.json, checked by semantics.test.ts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TOOL_DIR } from './paths.ts';

/** A test of the repository by its file and a part of its title, or a case of the conformance run. */
export type Evidence = { readonly file: string; readonly title: string } | { readonly case: string };

export interface SemanticsLine {
  readonly line: number;
  readonly area: string;
  readonly text: string;
  readonly shownBy: readonly Evidence[];
  /** Why nothing shows it yet; only there while `shownBy` is empty. */
  readonly notShown?: string;
}

export function readSemantics(): SemanticsLine[] {
  return JSON.parse(readFileSync(join(TOOL_DIR, 'semantics.json'), 'utf8')) as SemanticsLine[];
}

/** First arguments of `it`, `describe`, `contract` and the like, with or without `.each`. */
const TITLE = /(?:\b(?:it|test|describe|contract)|[\])])\)?\(\s*(['"`])((?:\\.|(?!\1)[\s\S])*)\1/g;

/** Titles of tests and groups of tests in a source, as they are written there. */
export function testTitles(source: string): string[] {
  return [...source.matchAll(TITLE)].map(([, , title = '']) => title.replaceAll(/\\(.)/g, '$1'));
}
