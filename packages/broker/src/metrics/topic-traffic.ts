/**
 * Bytes and records that clients wrote to topics and read from them, since the process began or the topic was made.
 *
 * Bounds: topics that are gone are forgotten, at the latest at the next scrape.
 */
import type { MetricSample, MetricsRegistry } from '@millrace/base';

interface Traffic {
  inBytes: number;
  inRecords: number;
  outBytes: number;
  outRecords: number;
}

export class TopicTraffic {
  readonly #topics = new Map<string, Traffic>();

  addIn(topicName: string, bytes: number, records: number): void {
    const traffic = this.#of(topicName);
    traffic.inBytes += bytes;
    traffic.inRecords += records;
  }

  addOut(topicName: string, bytes: number, records: number): void {
    const traffic = this.#of(topicName);
    traffic.outBytes += bytes;
    traffic.outRecords += records;
  }

  /** The topic is gone. */
  forget(topicName: string): void {
    this.#topics.delete(topicName);
  }

  /** @param known the topics that there are, by name */
  register(metrics: MetricsRegistry, known: () => ReadonlyMap<string, unknown>): void {
    const family = (name: string, help: string, field: keyof Traffic): void =>
      metrics.counterFamily(name, help, ['topic'], () => this.#samples(field, known()));
    family(
      'millrace_topic_in_bytes_total',
      'Bytes of record batches that clients appended, as they sent them; repeats that were recognised are not counted',
      'inBytes',
    );
    family(
      'millrace_topic_in_records_total',
      'Records that clients appended; repeats that were recognised are not counted',
      'inRecords',
    );
    family('millrace_topic_out_bytes_total', 'Bytes of record batches that clients fetched', 'outBytes');
    family('millrace_topic_out_records_total', 'Records in the batches that clients fetched', 'outRecords');
  }

  *#samples(field: keyof Traffic, known: ReadonlyMap<string, unknown>): Iterable<MetricSample> {
    // An answer that was under way when its topic was deleted may have brought it back.
    for (const topic of this.#topics.keys()) if (!known.has(topic)) this.#topics.delete(topic);
    for (const topic of known.keys()) yield { labels: { topic }, value: this.#topics.get(topic)?.[field] ?? 0 };
  }

  #of(topicName: string): Traffic {
    let traffic = this.#topics.get(topicName);
    if (traffic === undefined) {
      traffic = { inBytes: 0, inRecords: 0, outBytes: 0, outRecords: 0 };
      this.#topics.set(topicName, traffic);
    }
    return traffic;
  }
}
