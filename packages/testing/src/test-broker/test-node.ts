/** One broker of a test: started, stopped and started again on the same port. */
import { createBroker, type Broker, type BrokerOptions } from '@millrace/broker';
import type { Timers } from '@millrace/base';
import { NodeTimers } from './node-timers.ts';

export class TestNode {
  readonly #options: BrokerOptions;
  readonly #timers: Timers;
  readonly #onFatal: (error: Error) => void;
  #nodeTimers: NodeTimers | undefined;
  #broker: Broker | undefined;
  #known: Pick<Broker, 'nodeId' | 'port' | 'address' | 'listeners' | 'clusterId'> | undefined;

  constructor(options: BrokerOptions, timers: Timers, onFatal: (error: Error) => void) {
    this.#options = options;
    this.#timers = timers;
    this.#onFatal = onFatal;
  }

  get isRunning(): boolean {
    return this.#broker !== undefined;
  }

  /** As of its last start. */
  get known(): Pick<Broker, 'nodeId' | 'port' | 'address' | 'listeners' | 'clusterId'> {
    if (this.#known === undefined) throw new Error('the broker has not started');
    return this.#known;
  }

  async start(): Promise<void> {
    if (this.#broker !== undefined) return;
    const nodeTimers = new NodeTimers(this.#timers);
    const port = this.#known?.port;
    const hasListeners = this.#options.config?.['listeners'] !== undefined;
    const broker = await createBroker({
      ...this.#options,
      ...(port === undefined || hasListeners ? {} : { port }),
      timers: nodeTimers,
    });
    this.#nodeTimers = nodeTimers;
    this.#broker = broker;
    const { nodeId, address, listeners, clusterId } = broker;
    this.#known = { nodeId, port: address.port, address, listeners, clusterId };
    broker.onFatal(this.#onFatal);
  }

  async stop(): Promise<void> {
    const broker = this.#broker;
    this.#broker = undefined;
    this.#nodeTimers?.release();
    await broker?.close();
  }
}
