export { assert, assertDefined, AssertionFailure } from './assert.ts';
export { isCertificateError } from './certificate-error.ts';
export { systemClock, systemTimers, type Clock, type Timer, type Timers } from './clock.ts';
export { createDeferred, type Deferred } from './deferred.ts';
export { messageOf, MillraceError, type MillraceErrorOptions } from './error.ts';
export { LOG_LEVELS, levelledLogger, ROOT_LOGGER, type LogLevel, type LogLevels } from './log-levels.ts';
export { silentLogger, type Logger, type LogFields } from './logger.ts';
export {
  noMetrics,
  type Counter,
  type Histogram,
  type MetricFamilyRead,
  type MetricLabels,
  type MetricRead,
  type MetricSample,
  type MetricsRegistry,
} from './metrics.ts';
export { nearestName } from './nearest-name.ts';
export { SeededRandom, systemRandom, type Random } from './random.ts';
export { randomUuid, uuidBytes, ZERO_UUID } from './uuid.ts';
