export {
  config,
  type CamelCase,
  type ConfigFields,
  type ConfigOf,
  type ConfigOptions,
  type RefusedSetting,
} from './config/config.ts';
export { ConfigField, type SettingLookup, type StandardSchema } from './config/config-field.ts';
export { c } from './config/config-kind-fields.ts';
export type { DurationUnit } from './config/config-kinds.ts';
export {
  Secret,
  type ConfigDefinition,
  type ConfigImportance,
  type ConfigIssue,
  type ConfigProperties,
  type ConfigSpec,
  type ConfigType,
  type ConfigValue,
  type Infer,
  type ReadConfig,
} from './config/config-spec.ts';
export type { CheckContext, PlanContext, TaskConfig } from './connector.ts';
export type { Converter, ConverterContext, ConverterInstance, SchemaAndValue } from './converter.ts';
export {
  compareDecimals,
  decimal,
  decimalBytes,
  decimalFromBytes,
  decimalNumber,
  decimalText,
  isDecimal,
  rescale,
} from './decimal.ts';
export { defineConverter, definePredicate, defineSink, defineSource, defineTransform, type Plugin } from './plugin.ts';
export { positionKey, type Position, type SourceOffset } from './position.ts';
export {
  isPrepared,
  plainValue,
  prepared,
  type AnyRecord,
  type InRecord,
  type OutRecord,
  type PreparedValue,
  type RecordHeader,
  type RecordOrigin,
} from './record.ts';
export { LogicalName, type Decimal, type Field, type Schema, type SchemaType } from './schema.ts';
export { s, type SchemaOptions } from './schema-builder.ts';
export { assertValue, valueProblem } from './schema-check.ts';
export { schemaKey, schemasEqual } from './schema-key.ts';
export type {
  FlushReason,
  SinkConnector,
  SinkContext,
  SinkTask,
  TopicPartition,
  TopicPartitionOffset,
} from './sink.ts';
export type { SourceBatch, SourceConnector, SourceContext, SourceDelivery, SourceTask } from './source.ts';
export type { TaskContext } from './task-context.ts';
export type { Predicate, PredicateFunction, Transform, TransformFunction } from './transform.ts';
