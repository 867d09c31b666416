/** What goes between the main thread and that of a task or a call. All of it is plain data. */
import type { LogFields, MetricLabels } from '@millrace/base';
import type { Position, SourceOffset, TaskConfig } from '@millrace/connect-api';
import type { OffsetToAlter } from '../task/run-task.ts';
import type { ConnectorSpec, TaskFailure, TaskMetric, TaskSpec, ValidatedConfig } from '../task/task-host.ts';

/** What the thread is for; given when it starts. */
export type ThreadJob =
  | { readonly kind: 'task'; readonly spec: TaskSpec }
  | { readonly kind: 'plan'; readonly spec: ConnectorSpec; readonly tasksMax: number }
  | { readonly kind: 'validate'; readonly spec: ConnectorSpec; readonly isCheckSkipped: boolean }
  | { readonly kind: 'alter-offsets'; readonly spec: ConnectorSpec; readonly changes: readonly OffsetToAlter[] };

export type ToThread =
  { readonly kind: 'pause' } | { readonly kind: 'resume' } | { readonly kind: 'stop' } | OffsetsAnswer;

export type OffsetsAnswer = {
  readonly kind: 'offsets';
  readonly id: number;
  readonly offsets?: readonly (Position | undefined)[];
  readonly failure?: TaskFailure;
};

export type FromThread =
  /** It hears from now on, and begins with its job. */
  | { readonly kind: 'begun' }
  | { readonly kind: 'state'; readonly state: 'RUNNING' | 'PAUSED' }
  | { readonly kind: 'topic'; readonly topic: string }
  | { readonly kind: 'read-offsets'; readonly id: number; readonly partitions: readonly Position[] }
  | { readonly kind: 'write-offsets'; readonly id: number; readonly offsets: readonly SourceOffset[] }
  | { readonly kind: 'log'; readonly level: LogLine['level']; readonly message: string; readonly fields: LogFields }
  | ThreadReport
  | { readonly kind: 'tasks'; readonly configs: readonly TaskConfig[] }
  | { readonly kind: 'validated'; readonly config: ValidatedConfig }
  | { readonly kind: 'altered'; readonly outcome: 'done' | 'framework-only' }
  | { readonly kind: 'ended' }
  | { readonly kind: 'failed'; readonly failure: TaskFailure };

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
}

/** Every second: that it lives, what it measures, how much memory it takes. */
export interface ThreadReport {
  readonly kind: 'report';
  readonly metrics: readonly TaskMetric[];
  readonly pluginMetrics: readonly PluginMetric[];
  readonly heapBytes: number;
  readonly bufferBytes: number;
}

/** A series that a plugin measures; of histograms what was observed since the last report. */
export interface PluginMetric {
  readonly name: string;
  readonly help: string;
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly labels: MetricLabels;
  readonly value: number;
  readonly observations?: readonly number[];
  readonly buckets?: readonly number[];
}
