/** What a long command tells meanwhile, on stderr. */
import { messageOf } from '@millrace/base';

const DIGITS = 4;

export interface Turn {
  readonly round: number;
  /** Who was measured. */
  readonly title: string;
}

export function say(line: string): void {
  process.stderr.write(`bench: ${line}\n`);
}

export function sayTurn({ round, title }: Turn, figures: Readonly<Record<string, number>>, seconds: number): void {
  const shown = Object.entries(figures).map(([metric, value]) => `${metric} ${Number(value.toPrecision(DIGITS))}`);
  say(`  round ${round + 1}, ${title} (${seconds.toFixed(0)} s): ${shown.join(', ')}`);
}

export function sayFailure({ round, title }: Turn, error: unknown): void {
  say(`  round ${round + 1}, ${title} failed: ${messageOf(error)}`);
}
