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
export type { RequestInterceptor } from './dispatch/request-interceptor.ts';
export {
  closeConnection,
  noResponse,
  type ApiHandler,
  type ConnectionInfo,
  type HandlerResult,
  type RequestContext,
} from './handlers/handler.ts';
export { BrokerNeighbours } from './neighbours.ts';
export { BROKER_VERSION } from './version.ts';
