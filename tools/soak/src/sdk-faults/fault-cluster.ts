/**
 * What the SDK is run against while things break: brokers behind a proxy each.
 *
 * Invariants: clients reach brokers only through the proxies, which is where brokers tell them to go.
 */
import { systemClock, type Clock } from '@millrace/base';
import { FaultProxy, startBroker, type TestBroker } from '@millrace/testing';

const BROKERS = 3;

/** The system's time with a wall clock that can be made wrong; monotonic time goes on. */
export class SteppingClock implements Clock {
  /** By how much the wall clock is wrong, in milliseconds. */
  offsetMs = 0;

  nowMs(): number {
    return systemClock.nowMs() + this.offsetMs;
  }

  monotonicMs(): number {
    return systemClock.monotonicMs();
  }
}

export interface FaultCluster extends AsyncDisposable {
  /** Of the proxies. */
  readonly bootstrap: readonly string[];
  readonly proxies: readonly FaultProxy[];
  /** Of the clients, and of the brokers that are ours. */
  readonly clock: SteppingClock;
  /** Brokers that may be killed and whose leaders may move; undefined for one that is somebody else's. */
  readonly brokers: TestBroker | undefined;
}

/** Three brokers of ours in this process, in memory. */
export async function startOwnCluster(): Promise<FaultCluster> {
  const proxies = await Promise.all(Array.from({ length: BROKERS }, () => FaultProxy.start({})));
  const bootstrap = proxies.map(({ port }) => `127.0.0.1:${port}`);
  const clock = new SteppingClock();
  const brokers = await startBroker({
    brokers: BROKERS,
    advertise: bootstrap,
    clock,
    config: { 'group.min.session.timeout.ms': '500', 'offsets.topic.num.partitions': '6' },
  });
  for (const [index, proxy] of proxies.entries()) proxy.pointTo(portOf(brokers.brokers[index]));
  return {
    bootstrap,
    proxies,
    clock,
    brokers,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(proxies.map((proxy) => proxy.close()));
      await brokers.close();
    },
  };
}

/** A broker that runs already, whose advertised listener is the proxy's port. */
export async function joinCluster(target: string, proxyPort: number): Promise<FaultCluster> {
  const proxy = await FaultProxy.start({ targetPort: portOf(target), port: proxyPort });
  return {
    bootstrap: [`127.0.0.1:${proxyPort}`],
    proxies: [proxy],
    clock: new SteppingClock(),
    brokers: undefined,
    [Symbol.asyncDispose]: () => proxy.close(),
  };
}

function portOf(address: string | undefined): number {
  return Number(address?.split(':').at(-1));
}
