/** What a test and the process of a task say to each other. Sent by structured clone, so dates, maps, bytes and bigints arrive as they are. */
import type { ConfigProperties } from '@millrace/connect-api';

import type { LoggedLine } from '../run/run-log.ts';

export interface StartMessage {
  readonly type: 'start';
  readonly kind: 'source' | 'sink';
  /** URL of the module that exports the plugin. */
  readonly module: string;
  readonly plugin: string;
  readonly properties: ConfigProperties;
  readonly options: ProcessRunOptions;
}

/** As those of a run in memory; plain data. */
export interface ProcessRunOptions {
  readonly connector?: string;
  readonly errorsTolerance?: 'none' | 'all';
  readonly retriesMax?: number;
  readonly exactlyOnce?: boolean;
  readonly batchesPerCommit?: number;
  readonly batchRecordsMax?: number;
  readonly batchesPerFlush?: number;
}

export type ToTask =
  | StartMessage
  | { readonly type: 'answer'; readonly id: number; readonly value?: unknown; readonly error?: string }
  | { readonly type: 'stop' };

export type FromTask =
  | { readonly type: 'call'; readonly id: number; readonly method: string; readonly args: readonly unknown[] }
  | { readonly type: 'cancel'; readonly id: number }
  | { readonly type: 'log'; readonly line: LoggedLine }
  | { readonly type: 'memory'; readonly rssBytes: number }
  | { readonly type: 'ended'; readonly error?: string };
