export { BrokerProcess, type BrokerAddresses, type BrokerProcessOptions, type ProcessEnd } from './broker-process.ts';
export { startBroker } from './start-broker.ts';
export { createTempDir, type TempDir } from './temp-dir.ts';
export { waitUntil } from './wait-until.ts';
export { WireClient, type WireClientOptions } from './wire-client.ts';
