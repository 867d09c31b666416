/** Every measure of the `brokers` command, in the order in which they run. */
import { CATCHUP } from './catchup-measure.ts';
import { CONSUME_COLD, CONSUME_TAIL } from './consume-measures.ts';
import type { Measure } from './measure-run.ts';
import { END_TO_END, PRODUCE_LATENCY, PRODUCE_MEASURES } from './produce-measures.ts';
import { SCALE } from './scale-measure.ts';
import { START } from './start-measure.ts';
import { GROUP_COMMITS, READ_PROCESS_WRITE, TRANSACTION_MEASURES } from './transaction-measures.ts';

export const MEASURES: readonly Measure[] = [
  ...PRODUCE_MEASURES,
  PRODUCE_LATENCY,
  CONSUME_TAIL,
  CONSUME_COLD,
  END_TO_END,
  ...TRANSACTION_MEASURES,
  READ_PROCESS_WRITE,
  GROUP_COMMITS,
  START,
  CATCHUP,
  SCALE,
];
