/**
 * Patterns of topics that members subscribe to, in the syntax of RE2: no pattern takes more than linear time, whoever wrote it.
 *
 * Bounds: what a pattern may cost is bounded before it is compiled, since RE2 writes repetitions out; whether it means a topic is asked
 *   topic by topic, with a break in between.
 */
import { RE2JS } from 're2js';
import { compare } from './assignors/assignor.ts';

/** Characters of a pattern. */
const PATTERN_CHARS_MAX = 2_000;
/** See {@link costOf}: with so much, compiling takes tens of milliseconds at most, and so does asking for the longest name. */
const PATTERN_COST_MAX = 4_000;
/** Classes by Unicode property are long tables. */
const PROPERTY = /\\[pP]/g;
const PROPERTY_COST = 20;
const REPETITION = /(\)?)\{(\d+)(?:,(\d*))?\}/g;

export interface PatternProblem {
  readonly problem: string;
}

/** The pattern, compiled; or what is wrong with it. */
export function compilePattern(pattern: string): RE2JS | PatternProblem {
  if (pattern.length > PATTERN_CHARS_MAX) return { problem: `it is longer than ${PATTERN_CHARS_MAX} characters` };
  if (costOf(pattern) > PATTERN_COST_MAX) return { problem: 'it repeats too much' };
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

/**
 * Characters that the pattern has at most when its repetitions are written out. Groups may be nested, so each repetition of one counts for all
 * of the pattern.
 */
function costOf(pattern: string): number {
  let characters = pattern.length + PROPERTY_COST * [...pattern.matchAll(PROPERTY)].length;
  let factor = 1;
  for (const [, groupEnd, from, to] of pattern.matchAll(REPETITION)) {
    const times = Math.max(Number(from), Number(to ?? 0));
    if (groupEnd === ')') factor *= Math.max(1, times);
    else characters += times;
  }
  return characters * factor;
}

/** Yields after each topic. Returns for each pattern the names that it means as a whole, in order. */
export function* matchTopics(
  patterns: ReadonlyMap<string, RE2JS>,
  names: readonly string[],
): Generator<void, ReadonlyMap<string, readonly string[]>, undefined> {
  const found = new Map<string, string[]>();
  for (const pattern of patterns.keys()) found.set(pattern, []);
  for (const name of names) {
    for (const [pattern, compiled] of patterns) if (compiled.matches(name)) found.get(pattern)?.push(name);
    yield;
  }
  for (const topics of found.values()) topics.sort(compare);
  return found;
}

/** About what it costs to look at all topics, in characters. */
export function matchingCost(patterns: Iterable<string>, topicCount: number): number {
  let cost = 0;
  for (const pattern of patterns) cost += topicCount * (pattern.length + 1);
  return cost;
}
