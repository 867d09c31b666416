export { BrokerProcess, type BrokerAddresses, type BrokerProcessOptions, type ProcessEnd } from './broker-process.ts';
