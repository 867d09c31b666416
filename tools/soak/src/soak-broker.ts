/**
 * The broker of a run, behind a proxy that its clients are sent to.
 *
 * Owns: the proxy, and, unless the broker is somebody else's, its process over one data directory.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BrokerProcess, FaultProxy, findFreePorts } from '@millrace/testing';
import type { SoakOptions } from './options.ts';

export const REPO_ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** Files small enough to be rolled, checkpointed and used again all the time; timeouts short enough for a round. */
const FLAGS = [
  '--millrace.journal.file.bytes=1048576',
  '--log.segment.bytes=1048576',
  '--group.initial.rebalance.delay.ms=0',
  '--group.min.session.timeout.ms=500',
  '--transaction.abort.timed.out.transaction.cleanup.interval.ms=200',
];

const STARTS_MAX = 5;

export class SoakBroker implements AsyncDisposable {
  readonly proxy: FaultProxy;
  /** Where the broker is, without the proxy. */
  readonly direct: { readonly host: string; readonly port: number };
  readonly #process: BrokerProcess | undefined;
  readonly startsMs: number[] = [];
  kills = 0;
  /** Of these, the ones that met it while it started. */
  killsInStarts = 0;
  #killing = 0;
  #restarting: Promise<void> | undefined;

  private constructor(proxy: FaultProxy, direct: { host: string; port: number }, process: BrokerProcess | undefined) {
    this.proxy = proxy;
    this.direct = direct;
    this.#process = process;
  }

  static async start(options: SoakOptions, dataDir: string): Promise<SoakBroker> {
    if (options.target !== undefined) {
      const { host: targetHost, port: targetPort } = options.target;
      const at = options.proxyPort === undefined ? {} : { port: options.proxyPort };
      return new SoakBroker(await FaultProxy.start({ targetHost, targetPort, ...at }), options.target, undefined);
    }
    const port = await findFreePorts(2);
    const proxy = await FaultProxy.start({ targetPort: port, port: port + 1 });
    const process = new BrokerProcess({
      mainPath: join(REPO_ROOT, 'apps/broker/src/main.ts'),
      dataDir,
      kafkaPort: 'settings',
      flags: ['--port', String(port), `--advertised.listeners=PLAINTEXT://127.0.0.1:${proxy.port}`, ...FLAGS],
    });
    const broker = new SoakBroker(proxy, { host: '127.0.0.1', port }, process);
    await broker.#start(process);
    return broker;
  }

  get bootstrap(): string {
    return `127.0.0.1:${this.proxy.port}`;
  }

  get isOurs(): boolean {
    return this.#process !== undefined;
  }

  get logTail(): string {
    return this.#process?.logTail ?? '';
  }

  /** kill -9, also of a broker that is just starting; resolves when one is up again. */
  async killAndRestart(): Promise<void> {
    const process = this.#process;
    if (process === undefined) return;
    this.#killing += 1;
    const end = await process.stop('SIGKILL').finally(() => (this.#killing -= 1));
    if (end.signal !== 'SIGKILL')
      throw new Error(`the broker ended by itself with ${end.signal ?? `code ${end.code}`}`);
    this.kills += 1;
    this.#restarting ??= this.#start(process).finally(() => (this.#restarting = undefined));
    await this.#restarting;
  }

  /** Resolves when the broker ends otherwise than by `killAndRestart`'s hand. */
  async endedByItself(): Promise<string> {
    if (this.#process === undefined) return new Promise(() => undefined);
    for (;;) {
      const kills = this.kills;
      const { code, signal } = await this.#process.ended();
      if (signal !== 'SIGKILL') return `the broker ended by itself with ${signal ?? `code ${code}`}`;
      while (this.kills === kills) await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process?.kill();
    await this.proxy.close();
  }

  /** Starts it until it is up. One that a busy machine keeps from getting ready in time is killed, and started again. */
  async #start(process: BrokerProcess): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const kills = this.kills;
      try {
        const startMs = await process.start();
        if (this.#killing === 0) {
          this.startsMs.push(startMs);
          return;
        }
        // It was killed in the moment in which it became ready.
        await process.ended();
      } catch (error) {
        const { signal } = await process.ended();
        if (signal !== 'SIGKILL' || attempt === STARTS_MAX) throw error;
      }
      if (this.#killing > 0 || this.kills !== kills) {
        this.killsInStarts += 1;
        attempt = 0;
      }
    }
  }
}
