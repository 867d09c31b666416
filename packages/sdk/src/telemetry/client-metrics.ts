/**
 * Metrics of OpenTelemetry's messaging conventions, made of the client's own events: durations in seconds, counts of records. What
 * failed counts, too, with `error.type`.
 */
import type { ClientEvents } from './client-events.ts';
import {
  CLIENT_ID,
  CONSUMED_MESSAGES,
  CONSUMER_GROUP,
  DESTINATION,
  ERROR_TYPE,
  OPERATION_DURATION,
  OPERATION_NAME,
  PARTITION,
  PROCESS_DURATION,
  SEMANTIC_NAMES,
  SENT_MESSAGES,
} from './semantic-names.ts';
import type { TelemetryAttributes, TelemetryOptions } from './telemetry-api.ts';
import { INSTRUMENTATION_NAME, INSTRUMENTATION_VERSION } from './tracing.ts';

const MS_PER_SECOND = 1_000;

/** Measures what this client tells of itself. Returns what ends it. */
export function measureClient(events: ClientEvents, options: TelemetryOptions): () => void {
  const meter = options.api.metrics.getMeter(INSTRUMENTATION_NAME, INSTRUMENTATION_VERSION);
  const names = SEMANTIC_NAMES[options.conventions ?? '1.45'];
  const operation = meter.createHistogram(OPERATION_DURATION, {
    unit: 's',
    description: 'How long sending, receiving and committing took.',
  });
  const processing = meter.createHistogram(PROCESS_DURATION, { unit: 's', description: 'How long handlers took.' });
  const sent = meter.createCounter(SENT_MESSAGES, { unit: '{message}', description: 'Records that were to be sent.' });
  const consumed = meter.createCounter(CONSUMED_MESSAGES, {
    unit: '{message}',
    description: 'Records that handlers were given.',
  });
  const attributesOf = (
    operationName: string,
    event: { readonly clientId: string; readonly errorCode?: string },
    more: TelemetryAttributes = {},
  ): TelemetryAttributes => ({
    [names.system]: 'kafka',
    [OPERATION_NAME]: operationName,
    [CLIENT_ID]: event.clientId,
    ...(event.errorCode === undefined ? {} : { [ERROR_TYPE]: event.errorCode }),
    ...more,
  });
  const group = (groupId: string | undefined): TelemetryAttributes =>
    groupId === undefined ? {} : { [CONSUMER_GROUP]: groupId };

  const ends = [
    events.produceBatch.subscribe((event) => {
      const place = { [DESTINATION]: event.topic, [PARTITION]: String(event.partition) };
      const attributes = attributesOf('send', event, place);
      operation.record(event.durationMs / MS_PER_SECOND, attributes);
      sent.add(event.recordCount, attributes);
    }),
    events.fetch.subscribe((event) =>
      operation.record(event.durationMs / MS_PER_SECOND, attributesOf('poll', event, group(event.groupId))),
    ),
    events.commit.subscribe((event) =>
      operation.record(event.durationMs / MS_PER_SECOND, attributesOf('commit', event, group(event.groupId))),
    ),
    events.process.subscribe((event) => {
      const place = { [DESTINATION]: event.topic, [PARTITION]: String(event.partition), ...group(event.groupId) };
      const attributes = attributesOf('process', event, place);
      processing.record(event.durationMs / MS_PER_SECOND, attributes);
      consumed.add(event.recordCount, attributes);
    }),
  ];
  return () => {
    for (const end of ends) end();
  };
}
