import { createBroker, type Broker, type BrokerOptions } from '@millrace/broker';

/** Settings that make a broker quick in tests; what Kafka waits for in production, tests need not. */
const TEST_CONFIG = { 'group.initial.rebalance.delay.ms': '0' };

/**
 * A broker of its own for a test: on a free port of the loopback, in memory unless `dataDir` is given. Use `await using`.
 */
export function startBroker(options: BrokerOptions = {}): Promise<Broker> {
  return createBroker({ ...options, config: { ...TEST_CONFIG, ...options.config } });
}
