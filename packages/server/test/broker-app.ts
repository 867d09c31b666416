/** The broker as an operator runs it, for tests of the process. */
import { fileURLToPath } from 'node:url';
import { BrokerProcess, runProcess, type BrokerProcessOptions, type ProcessOutcome } from '@millrace/testing';

/** The program under test. */
export const BROKER_MAIN = fileURLToPath(new URL('../../../apps/broker/src/main.ts', import.meta.url));

/** What Kafka waits for in production, tests need not. */
const QUICK = ['--set', 'group.initial.rebalance.delay.ms=0'];

/** A broker over that directory, not yet started. Use `await using`, so that it never outlives its test. */
export function brokerOver(
  dataDir: string | undefined,
  flags: readonly string[] = [],
  options: Partial<BrokerProcessOptions> = {},
): BrokerProcess {
  return new BrokerProcess({ mainPath: BROKER_MAIN, dataDir, flags: [...QUICK, ...flags], ...options });
}

/** Runs the broker with exactly these arguments; it is expected to end by itself. */
export function runBrokerApp(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>> = {},
): Promise<ProcessOutcome> {
  return runProcess(BROKER_MAIN, argv, { environment });
}

/** Lines of a stream, without the empty one behind the last line break. */
export function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}
