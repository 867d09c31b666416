import { CAPTURE, LATENCY, SNAPSHOT } from './capture-measures.ts';
import type { ConnectMeasure } from './measure-run.ts';
import { REDIS_SET, S3_JSON, UPSERT } from './sink-measures.ts';
import { IDLE, IDLE_MIXED, READY } from './worker-measures.ts';

/** In the order of the document. */
export const CONNECT_MEASURES: readonly ConnectMeasure[] = [
  READY,
  IDLE,
  IDLE_MIXED,
  CAPTURE,
  LATENCY,
  SNAPSHOT,
  UPSERT,
  S3_JSON,
  REDIS_SET,
];
