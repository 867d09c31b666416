export { runBroker, type RunBrokerOptions } from './run-broker.ts';
