export {
  brokerConfigKeys,
  loadBrokerConfig,
  type BrokerConfig,
  type BrokerConfigOptions,
} from './config/broker-config.ts';
export { createBroker, type Broker, type BrokerOptions } from './create-broker.ts';
