export {
  brokerConfigKeys,
  loadBrokerConfig,
  type BrokerConfig,
  type BrokerConfigOptions,
} from './config/broker-config.ts';
export {
  BROKER_CONFIG_KEYS,
  checkBrokerConfig,
  createBroker,
  type Broker,
  type BrokerOptions,
} from './create-broker.ts';
export { BROKER_VERSION } from './version.ts';
