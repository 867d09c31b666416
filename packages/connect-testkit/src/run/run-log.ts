import type { LogFields, Logger, MetricLabels, MetricsRegistry } from '@millrace/base';
import { assert } from '@millrace/base';

export interface LoggedLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: LogFields;
}

/** Keeps what a plugin logs, so that a test can look at it. */
export function recordingLogger(lines: LoggedLine[], context: LogFields = {}): Logger {
  const log =
    (level: LoggedLine['level']) =>
    (message: string, fields: LogFields = {}) => {
      lines.push({ level, message, fields: { ...context, ...fields } });
    };
  return {
    debug: log('debug'),
    info: log('info'),
    warn: log('warn'),
    error: log('error'),
    child: (fields) => recordingLogger(lines, { ...context, ...fields }),
  };
}

/** Adds up counters by name and labels; fails on a name that a worker would refuse. */
export function recordingMetrics(counts: Map<string, number>): MetricsRegistry {
  const named = (name: string, labels: MetricLabels = {}): string => {
    assert(name.startsWith('millrace_connect_'), `the metric ${name} does not begin with millrace_connect_`);
    const entries = Object.entries(labels);
    return entries.length === 0 ? name : `${name}{${entries.map(([label, value]) => `${label}=${value}`).join(',')}}`;
  };
  const add = (key: string) => (amount: number) => void counts.set(key, (counts.get(key) ?? 0) + amount);
  return {
    counter: (name, _help, labels) => ({ add: add(named(name, labels)) }),
    histogram: (name, _help, _buckets, labels) => ({ observe: add(named(name, labels)) }),
    gauge: (name) => void named(name),
    readCounter: (name) => void named(name),
    gaugeFamily: (name) => void named(name),
    counterFamily: (name) => void named(name),
  };
}
