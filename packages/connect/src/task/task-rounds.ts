/**
 * The life of a task in rounds: from one start of its plugin to the next.
 *
 * Owns: what a round opens and leaves open: its clients, and the signal that ends with it.
 * Invariants: an error that may pass (`retriable`) begins a new round after a backoff, with a new task of the plugin from what is stored; any
 *   other ends the task. A task that is told to end does so without such errors.
 */
import { messageOf } from '@millrace/base';
import type { SinkConnector, SourceConnector } from '@millrace/connect-api';
import type { Kafka } from '@millrace/sdk';
import { backoffMs, errorSettings, type ErrorSettings } from './error-policy.ts';
import { createConversion, readConfig, type RecordConversion } from './record-conversion.ts';
import { sleep, type TaskEnvironment } from './task-environment.ts';
import { isRetriable } from './task-error.ts';

export interface RoundParts<Connector> {
  readonly environment: TaskEnvironment;
  readonly plugin: Connector;
  readonly config: unknown;
  readonly settings: ErrorSettings;
  readonly conversion: RecordConversion;
  /** Aborted when the round ends, for whatever reason. */
  readonly ending: AbortController;
  /** Closed when the round has ended. */
  readonly clients: Kafka[];
}

export interface Round {
  /** Whether it did something: then the next failure counts as the first. */
  readonly hasProgressed: boolean;
  /** Resolves when the task was told to end and has; rejects with what ends the round. */
  run(): Promise<void>;
}

/** Resolves when the task was told to end and has; rejects with what fails it. */
export async function runRounds<Connector extends SourceConnector | SinkConnector>(
  environment: TaskEnvironment,
  plugin: Connector,
  createRound: (parts: RoundParts<Connector>) => Round,
): Promise<void> {
  const { spec, signal, random, timers, link, metrics } = environment;
  const config: unknown = readConfig(spec.connector, plugin.config, spec.connectorConfig);
  const settings = errorSettings(spec.connectorConfig);
  const conversion = await createConversion(spec, environment.builtIn);
  for (let failures = 0; !signal.aborted;) {
    const parts = { environment, plugin, config, settings, conversion, ending: new AbortController(), clients: [] };
    const round = createRound(parts);
    try {
      await runRound(round, parts);
      return;
    } catch (error) {
      if (!isRetriable(error)) throw error;
      if (signal.aborted) {
        link.log.warn('a task ended with an error: what is not stored comes again', { error: messageOf(error) });
        return;
      }
      failures = round.hasProgressed ? 1 : failures + 1;
      const delayMs = backoffMs(failures, settings.retryDelayMaxMs, random);
      link.log.warn('a task failed for now: it starts again from what is stored', {
        error: messageOf(error),
        delayMs: Math.round(delayMs),
      });
      metrics.errors.retries++;
      await sleep(timers, delayMs, signal);
    }
  }
}

async function runRound(round: Round, { environment, ending, clients }: RoundParts<unknown>): Promise<void> {
  const { signal } = environment;
  const end = (): void => ending.abort(signal.reason);
  signal.addEventListener('abort', end, { once: true });
  try {
    await round.run();
  } finally {
    signal.removeEventListener('abort', end);
    ending.abort();
    await Promise.allSettled(clients.map((client) => client.close()));
  }
}
