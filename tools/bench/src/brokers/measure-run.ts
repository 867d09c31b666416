/**
 * Rounds of one measure: contenders take turns, every turn has a broker process of its own and nothing else runs then.
 *
 * Owns: the data folders of the measure and the broker of the turn; both are gone when the measure is over, however it ends.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createBrokerUnderTest, type BrokerOptions, type BrokerUnderTest } from './broker-under-test.ts';
import { removeFolder } from './build.ts';
import { CONTENDERS, type Contender } from './contenders.ts';
import type { Figures, MeasureFigures } from './figures.ts';
import type { JavaToolchain } from './java.ts';
import type { KafkaTools } from './kafka-tools.ts';

export interface Turn {
  readonly contender: Contender;
  /** Counts from 0. */
  readonly round: number;
  readonly isQuick: boolean;
  /** The folder of the turn's broker and everything that belongs to it. */
  readonly dataDir: string;
  readonly java: JavaToolchain;
  readonly tools: KafkaTools;
  /** The broker over the turn's data folder: not yet started, stopped after the turn. */
  readonly createBroker: (options?: Pick<BrokerOptions, 'nodeFlags' | 'environment'>) => Promise<BrokerUnderTest>;
  /** Whether an earlier turn of this contender has left its data. */
  readonly hasData: boolean;
}

export interface Measure {
  readonly name: string;
  readonly title: string;
  /** One or two sentences for the document: what is done. */
  readonly method: string;
  /** Default: everybody. */
  readonly contenders?: readonly Contender[];
  /** Fewer rounds than asked for, when one round says enough. */
  readonly roundsMax?: number;
  /** Whether a contender's data stays for its next turn. Default: every turn starts empty. */
  readonly keepsData?: boolean;
  run(turn: Turn): Promise<Figures>;
}

export interface RunOptions {
  readonly rounds: number;
  readonly isQuick: boolean;
  readonly java: JavaToolchain;
  readonly tools: KafkaTools;
  readonly workDir: string;
  /** Told what a turn gave. */
  readonly onTurn: (contender: Contender, round: number, figures: Figures, seconds: number) => void;
  /** Told of a turn that failed; the others go on. */
  readonly onFailure: (contender: Contender, round: number, error: unknown) => void;
}

export async function runMeasure(measure: Measure, options: RunOptions): Promise<MeasureFigures> {
  const rounds = Math.min(options.rounds, measure.roundsMax ?? options.rounds);
  const contenders = CONTENDERS.filter((each) => measure.contenders?.includes(each) ?? true);
  const figures: Partial<Record<Contender, Figures[]>> = {};
  const folders = new Map(contenders.map((each) => [each, join(options.workDir, `${measure.name}-${each}`)]));
  try {
    for (let round = 0; round < rounds; round++) {
      for (const contender of contenders) {
        const dataDir = folders.get(contender) ?? options.workDir;
        const began = performance.now();
        try {
          const turn = await runTurn(measure, contender, round, dataDir, options);
          (figures[contender] ??= []).push(turn);
          options.onTurn(contender, round, turn, (performance.now() - began) / 1_000);
        } catch (error) {
          // The rounds that worked still say something, and an hour of measuring is not lost.
          removeFolder(dataDir);
          options.onFailure(contender, round, error);
        }
      }
    }
  } finally {
    for (const folder of folders.values()) removeFolder(folder);
  }
  return figures;
}

async function runTurn(
  measure: Measure,
  contender: Contender,
  round: number,
  dataDir: string,
  { isQuick, java, tools }: RunOptions,
): Promise<Figures> {
  const brokers: BrokerUnderTest[] = [];
  try {
    return await measure.run({
      contender,
      round,
      isQuick,
      dataDir,
      java,
      tools,
      hasData: measure.keepsData === true && existsSync(dataDir),
      createBroker: async (more = {}) => {
        const broker = await createBrokerUnderTest({ contender, dataDir, java, ...more });
        brokers.push(broker);
        return broker;
      },
    });
  } finally {
    for (const broker of brokers) await broker.stop();
    if (measure.keepsData !== true) removeFolder(dataDir);
  }
}
