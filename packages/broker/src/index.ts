export {
  brokerConfigKeys,
  loadBrokerConfig,
  type BrokerConfig,
  type BrokerConfigOptions,
} from './config/broker-config.ts';
