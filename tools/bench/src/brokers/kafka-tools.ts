/**
 * Apache Kafka's load tools (and the probes beside them), run to their end, their output as numbers.
 */
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { runCommand } from './child-processes.ts';
import type { JavaToolchain } from './java.ts';
import { LATENCY_PROBE, TRANSACTION_PROBE } from './paths.ts';
import {
  parseConsumerPerformance,
  parseConsumerProgress,
  parseEndToEndLatency,
  parseLatencyProbe,
  parseProducerPerformance,
  parseTransactionProbe,
  parseTurns,
  type ConsumerFigures,
  type LatencyFigures,
  type ProducerFigures,
  type RateFigures,
} from './tool-output.ts';

const TOOL_MS_MAX = 600_000;
const REPORT_MS = 50;
/** The heap that Kafka's scripts give these tools. */
const TOOL_JVM = ['-Xmx512m', '-Dorg.slf4j.simpleLogger.defaultLogLevel=error'];
const TOOLS = 'org.apache.kafka.tools';

export interface ProduceLoad {
  readonly topic: string;
  readonly records: number;
  /** Of `records`, how many come before the figures begin. */
  readonly warmupRecords: number;
  /** Random bytes of this size; without it a line of `payloadFile` each. */
  readonly recordSizeBytes?: number;
  readonly payloadFile?: string;
  /** Default: as fast as it goes. */
  readonly recordsPerSecond?: number;
  /** `key=value` of the producer. */
  readonly properties?: readonly string[];
}

export interface ProbeLoad {
  readonly topic: string;
  readonly records: number;
  readonly warmupRecords: number;
  readonly recordSizeBytes: number;
}

export interface TimedLoad {
  readonly warmupSeconds: number;
  readonly seconds: number;
}

/** A load that changes in what happens beside it. */
export interface Turns {
  /** Of each turn. */
  readonly records: number;
  /** Counts from 0. */
  readonly onTurn: (turn: number) => void;
}

export class KafkaTools {
  readonly #java: JavaToolchain;

  constructor(java: JavaToolchain) {
    this.#java = java;
  }

  async produce(bootstrap: string, load: ProduceLoad): Promise<ProducerFigures> {
    const output = await this.#run([
      `${TOOLS}.ProducerPerformance`,
      ...['--bootstrap-server', bootstrap, '--topic', load.topic, '--num-records', String(load.records)],
      ...['--warmup-records', String(load.warmupRecords)],
      ...(load.payloadFile === undefined
        ? ['--record-size', String(load.recordSizeBytes)]
        : ['--payload-file', load.payloadFile]),
      ...['--throughput', String(load.recordsPerSecond ?? -1)],
      ...(load.properties === undefined ? [] : ['--command-property', ...load.properties]),
    ]);
    return parseProducerPerformance(output);
  }

  /** Reads `records` from the beginning of the topic, as a group of its own. */
  async consume(bootstrap: string, topic: string, records: number, group: string): Promise<ConsumerFigures> {
    const output = await this.#run([
      `${TOOLS}.ConsumerPerformance`,
      ...['--bootstrap-server', bootstrap, '--topic', topic, '--num-records', String(records), '--group', group],
      ...['--timeout', '60000'],
    ]);
    return parseConsumerPerformance(output);
  }

  /** Records per second of the second half of what {@link consume} reads, by when the JVM has compiled what it runs. */
  async consumeWarm(bootstrap: string, topic: string, records: number, group: string): Promise<number> {
    const output = await this.#run([
      `${TOOLS}.ConsumerPerformance`,
      ...['--bootstrap-server', bootstrap, '--topic', topic, '--num-records', String(records), '--group', group],
      ...['--timeout', '60000', '--show-detailed-stats', '--reporting-interval', String(REPORT_MS)],
    ]);
    return parseConsumerProgress(output, records / 2);
  }

  async endToEnd(bootstrap: string, topic: string, records: number, sizeBytes: number): Promise<LatencyFigures> {
    const args = [bootstrap, topic, String(records), 'all', String(sizeBytes)];
    return parseEndToEndLatency(await this.#run([`${TOOLS}.EndToEndLatency`, ...args]));
  }

  /** Latency of a produce at a fixed rate, to the microsecond. */
  async probeProduce(bootstrap: string, load: ProbeLoad, rate: number): Promise<LatencyFigures> {
    return parseLatencyProbe(await this.#probe('produce', bootstrap, load, [String(rate)]));
  }

  /** The same in turns of two kinds, one after the other; `onTurn` is told when one begins. The figures of even turns, and of odd ones. */
  async probeProduceInTurns(
    bootstrap: string,
    load: ProbeLoad,
    rate: number,
    { records, onTurn }: Turns,
  ): Promise<readonly [LatencyFigures, LatencyFigures]> {
    const listen = (child: ChildProcess): void => {
      if (child.stdout === null) return;
      createInterface(child.stdout).on('line', (line) => {
        const turn = /^turn (\d+)$/.exec(line)?.[1];
        if (turn !== undefined) onTurn(Number(turn));
      });
    };
    return parseTurns(await this.#probe('turns', bootstrap, load, [String(rate), String(records)], listen));
  }

  /** As {@link endToEnd}, to the microsecond. */
  async probeEndToEnd(bootstrap: string, load: ProbeLoad): Promise<LatencyFigures> {
    return parseLatencyProbe(await this.#probe('e2e', bootstrap, load, []));
  }

  /** @param args what the mode of tools/bench/java/TransactionProbe.java takes besides the times */
  async probeTransactions(
    mode: 'transactions' | 'process' | 'commits',
    bootstrap: string,
    { warmupSeconds, seconds }: TimedLoad,
    args: readonly (string | number)[],
  ): Promise<RateFigures> {
    const all = [warmupSeconds, seconds, ...args].map(String);
    return parseTransactionProbe(await this.#run([TRANSACTION_PROBE, mode, bootstrap, ...all]));
  }

  #probe(
    mode: string,
    bootstrap: string,
    load: ProbeLoad,
    more: readonly string[],
    onStart?: (child: ChildProcess) => void,
  ): Promise<string> {
    const { topic, warmupRecords, records, recordSizeBytes } = load;
    const numbers = [warmupRecords, records, recordSizeBytes].map(String);
    return this.#run([LATENCY_PROBE, mode, bootstrap, topic, ...numbers, ...more], onStart);
  }

  #run(args: readonly string[], onStart?: (child: ChildProcess) => void): Promise<string> {
    const { java, classpath } = this.#java;
    return runCommand(java, [...TOOL_JVM, '-cp', classpath, ...args], {
      timeoutMs: TOOL_MS_MAX,
      ...(onStart === undefined ? {} : { onStart }),
    });
  }
}
