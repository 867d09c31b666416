export { runBroker } from './run-broker.ts';
