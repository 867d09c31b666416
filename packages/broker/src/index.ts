export {
  brokerConfigKeys,
  loadBrokerConfig,
  type BrokerConfig,
  type BrokerConfigOptions,
} from './config/broker-config.ts';
export { type ListenerConfig } from './config/listeners.ts';
