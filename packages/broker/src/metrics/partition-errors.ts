/**
 * Errors that produce and fetch answered for single partitions: what a dashboard shows of clients that are turned away.
 *
 * Bounds: a counter for each error code of the protocol and each of the two APIs, made when it first occurs.
 */
import type { Counter, MetricsRegistry } from '@millrace/base';
import { errorByCode, ErrorCode } from '@millrace/protocol';

const NAME = 'millrace_partition_errors_total';
const HELP = 'Errors that Produce and Fetch answered for a partition; an error code has a series once it occurred';

/** Those that alerts ask for are there from the start. */
const WATCHED_ERRORS = [ErrorCode.KAFKA_STORAGE_ERROR, ErrorCode.NOT_LEADER_OR_FOLLOWER];

export class PartitionErrors {
  readonly #metrics: MetricsRegistry;
  readonly #api: string;
  /** By error code plus 1, as the first one is −1. */
  readonly #counters: Counter[] = [];

  constructor(metrics: MetricsRegistry, api: 'Produce' | 'Fetch') {
    this.#metrics = metrics;
    this.#api = api;
    for (const errorCode of WATCHED_ERRORS) this.#counters[errorCode + 1] = this.#create(errorCode);
  }

  add(errorCode: number): void {
    (this.#counters[errorCode + 1] ??= this.#create(errorCode)).add(1);
  }

  #create(errorCode: number): Counter {
    return this.#metrics.counter(NAME, HELP, { api: this.#api, error: errorByCode(errorCode).name });
  }
}
