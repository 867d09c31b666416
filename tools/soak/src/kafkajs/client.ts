import { waitUntil } from '@millrace/testing';
import kafkajs, { type Kafka as KafkaClient } from 'kafkajs';

const { Kafka, KafkaJSError, logLevel } = kafkajs;

/** A client that gives a request up after a few seconds, so that what follows a failure is tried too. */
export function kafkajsClient(bootstrap: string, clientId: string): KafkaClient {
  return new Kafka({
    clientId,
    brokers: [bootstrap],
    logLevel: logLevel.ERROR,
    connectionTimeout: 1_000,
    requestTimeout: 3_000,
    retry: { retries: 6, initialRetryTime: 30, maxRetryTime: 400 },
  });
}

/** A client that does not give up, save what `untilAnswered` is for. */
export function patientClient(bootstrap: string, clientId: string): KafkaClient {
  return new Kafka({
    clientId,
    brokers: [bootstrap],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 2_000,
    retry: { retries: 10_000, initialRetryTime: 30, maxRetryTime: 400 },
  });
}

/** Asks again whenever the connection was cut: kafkajs gives some requests (CreateTopics, Metadata) up then, whatever its `retry` says. */
export async function untilAnswered(what: string, ask: () => Promise<unknown>): Promise<void> {
  const isAnswered = async (): Promise<boolean> => {
    try {
      await ask();
      return true;
    } catch (error) {
      if (error instanceof KafkaJSError && error.retriable) return false;
      throw error;
    }
  };
  await waitUntil(what, isAnswered);
}

/** Ends this program when the runner is gone, however it went. */
export function endWithRunner(): void {
  process.stdin.resume().once('close', () => process.exit(1));
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
