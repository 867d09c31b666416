import { apiName } from '@millrace/protocol';
import type { Counter, Histogram, MetricsRegistry } from '@millrace/base';
import type { PendingRequest } from './pending-request.ts';

const LATENCY_BUCKETS_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Enough to tell where the time goes; the exact distribution is that of the whole request. */
const PHASE_BUCKETS_SECONDS = [0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];

/** The stretches of a request of one API, in their order. */
interface Phases {
  readonly queue: Histogram;
  readonly handler: Histogram;
  readonly wait: Histogram;
  readonly write: Histogram;
}

type MeasuredRequest = Pick<
  PendingRequest,
  'apiKey' | 'apiVersion' | 'receivedAtMs' | 'startedAtMs' | 'handledAtMs' | 'doneAtMs'
>;

/** What is measured of requests; children are looked up by API key in arrays. */
export class RequestMetrics {
  readonly #metrics: MetricsRegistry;
  readonly #latencies: Histogram[] = [];
  /** Made with the first request of an API, as most APIs are never asked for. */
  readonly #phases: Phases[] = [];
  /** By API key and version, made with the first request of each. */
  readonly #versions: Counter[][] = [];
  readonly #failures: Counter[] = [];
  readonly #received: Counter;
  readonly #sent: Counter;
  readonly #faults: Counter;

  constructor(metrics: MetricsRegistry, apiKeys: Iterable<number>) {
    this.#metrics = metrics;
    for (const apiKey of apiKeys) {
      const labels = { api: apiName(apiKey) };
      this.#latencies[apiKey] = metrics.histogram(
        'millrace_request_seconds',
        'Time from a whole request frame to its answer, all waiting included, writing the answer not; its count is the number of requests',
        LATENCY_BUCKETS_SECONDS,
        labels,
      );
      this.#failures[apiKey] = metrics.counter(
        'millrace_request_failures_total',
        'Requests whose handler threw: each one is a bug',
        labels,
      );
    }
    // Asked for once, so that the family is there before its first child.
    createPhases(metrics, API_OF_EVERY_CLIENT);
    createVersion(metrics, API_OF_EVERY_CLIENT, 0);
    this.#received = metrics.counter('millrace_network_received_bytes_total', 'Bytes read from client sockets');
    this.#sent = metrics.counter('millrace_network_sent_bytes_total', 'Bytes written to client sockets');
    this.#faults = metrics.counter(
      'millrace_protocol_faults_total',
      'Connections ended for bytes that are no request of an advertised version',
    );
  }

  /** The request has an answer. */
  answered(request: MeasuredRequest): void {
    const { apiKey, apiVersion, receivedAtMs, startedAtMs, handledAtMs, doneAtMs } = request;
    this.#versionOf(apiKey, apiVersion).add(1);
    this.#latencies[apiKey]?.observe((doneAtMs - receivedAtMs) / 1000);
    const phases = this.#phasesOf(apiKey);
    phases.queue.observe((startedAtMs - receivedAtMs) / 1000);
    phases.handler.observe((handledAtMs - startedAtMs) / 1000);
    phases.wait.observe((doneAtMs - handledAtMs) / 1000);
  }

  /** The socket has taken the answer. */
  sent({ apiKey, doneAtMs }: MeasuredRequest, nowMs: number): void {
    // A request that failed has no times.
    if (doneAtMs > 0) this.#phasesOf(apiKey).write.observe((nowMs - doneAtMs) / 1000);
  }

  failed(apiKey: number): void {
    this.#failures[apiKey]?.add(1);
  }

  bytes(receivedBytes: number, sentBytes: number): void {
    if (receivedBytes > 0) this.#received.add(receivedBytes);
    if (sentBytes > 0) this.#sent.add(sentBytes);
  }

  protocolFault(): void {
    this.#faults.add(1);
  }

  #versionOf(apiKey: number, apiVersion: number): Counter {
    const versions = (this.#versions[apiKey] ??= []);
    return (versions[apiVersion] ??= createVersion(this.#metrics, apiKey, apiVersion));
  }

  #phasesOf(apiKey: number): Phases {
    return (this.#phases[apiKey] ??= createPhases(this.#metrics, apiKey));
  }
}

const API_OF_EVERY_CLIENT = 18;

function createPhases(metrics: MetricsRegistry, apiKey: number): Phases {
  const phase = (name: keyof Phases): Histogram =>
    metrics.histogram(
      'millrace_request_phase_seconds',
      'Where the time of requests goes: queue (for its turn), handler (at work), wait (for the disk, for records, for other members of a group), write (until the socket has taken the answer, turn included); of APIs that were asked for',
      PHASE_BUCKETS_SECONDS,
      { api: apiName(apiKey), phase: name },
    );
  return { queue: phase('queue'), handler: phase('handler'), wait: phase('wait'), write: phase('write') };
}

function createVersion(metrics: MetricsRegistry, apiKey: number, apiVersion: number): Counter {
  return metrics.counter(
    'millrace_request_versions_total',
    'Requests answered, by API and version: what clients still speak; of versions that were asked for',
    { api: apiName(apiKey), version: String(apiVersion) },
  );
}
