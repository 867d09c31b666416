import type { ConfigSpec } from './config/config-spec.ts';
import type { AnyRecord } from './record.ts';

/** Returns the record, another one, or null to drop it. Must not change the record it is given. */
export type TransformFunction = (record: AnyRecord) => AnyRecord | null | Promise<AnyRecord | null>;

export interface Transform<C = unknown> {
  readonly kind: 'transformation';
  readonly name: string;
  readonly version: string;
  readonly aliases?: readonly string[];
  readonly config: ConfigSpec<C>;
  /** Called once a task. */
  create(config: C): TransformFunction;
}

export type PredicateFunction = (record: AnyRecord) => boolean;

export interface Predicate<C = unknown> {
  readonly kind: 'predicate';
  readonly name: string;
  readonly version: string;
  readonly aliases?: readonly string[];
  readonly config: ConfigSpec<C>;
  create(config: C): PredicateFunction;
}
