/**
 * An ordinary client during an attack: appends, reads back and looks at the memory of the broker, again and again.
 *
 * Owns: one connection that behaves.
 * Invariants checked: every append comes back, in order.
 */
import { LogProbe, type BrokerProcess } from '@millrace/testing';

export interface Testimony {
  /** Appends that were acknowledged and read back. */
  readonly rounds: number;
  /** Longest time of one round. */
  readonly slowestMs: number;
  readonly rssBeforeBytes: number;
  /** Largest resident memory seen between rounds. */
  readonly rssPeakBytes: number;
}

const ROUNDS_MIN = 20;

export class Witness {
  readonly #broker: BrokerProcess;
  readonly #topic: string;

  constructor(broker: BrokerProcess, topic: string) {
    this.#broker = broker;
    this.#topic = topic;
  }

  /** Runs `attack` and goes on until it is over, at least ROUNDS_MIN times. */
  async during(attack: () => Promise<void>): Promise<Testimony> {
    const broker = this.#broker;
    await using probe = await LogProbe.connect({ port: broker.port });
    // Warm, so that what is measured is the attack's.
    for (let index = 0; index < ROUNDS_MIN; index++) await this.#round(probe, `warm-up ${index}`);
    const rssBeforeBytes = await rssBytes(broker);
    let rssPeakBytes = rssBeforeBytes;
    let slowestMs = 0;
    let rounds = 0;
    let isOver = false;
    const attacking = attack().finally(() => (isOver = true));
    attacking.catch(() => undefined);
    while (!isOver || rounds < ROUNDS_MIN) {
      const beganMs = performance.now();
      await this.#round(probe, `round ${rounds}`);
      slowestMs = Math.max(slowestMs, performance.now() - beganMs);
      rounds++;
      rssPeakBytes = Math.max(rssPeakBytes, await rssBytes(broker));
    }
    await attacking;
    return { rounds, slowestMs, rssBeforeBytes, rssPeakBytes };
  }

  async #round(probe: LogProbe, value: string): Promise<void> {
    const offset = await probe.appendValues(this.#topic, 0, [value]);
    const { records } = await probe.read(this.#topic, 0, offset);
    if (records[0]?.value !== value) throw new Error(`"${value}" was appended at ${offset} and is not there`);
  }
}

async function rssBytes(broker: BrokerProcess): Promise<number> {
  return (await broker.readMetric('process_resident_memory_bytes')) ?? Number.NaN;
}
