/** The page of metrics: what a broker with a data directory asks its registry for. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBroker } from '../src/create-broker.ts';
import { code, GENERATED, row, tableOf } from './markdown.ts';
import { RecordingMetrics, type MetricFamily } from './recording-metrics.ts';

/** Ends of names, by convention, and what they count; the first that fits. */
const UNITS: readonly (readonly [suffix: RegExp, unit: string])[] = [
  [/_bytes(_max|_total)?$/, 'bytes'],
  [/_seconds(_max|_total)?$/, 'seconds'],
  [/_ratio(_max)?$/, 'ratio'],
  [/_(offset|watermark)$/, 'offset'],
  [/_info$/, '–'],
  [/./, 'count'],
];

export async function metricsPage(): Promise<string> {
  const families = await familiesOfBroker();
  return [
    '# Metrics',
    '',
    GENERATED,
    '',
    '`GET /metrics` on the ops port (default 127.0.0.1:9644) answers in the Prometheus text format. Values count from the start of the',
    'process. Names are `millrace_<part>_<what>`, with the unit at the end (`_seconds`, `_bytes`, `_ratio`, before a `_max`; else it is a count or an offset) and `_total` behind it for',
    'counters, and for nothing else. A histogram has the series `_bucket`, `_sum` and `_count`. How to use them, dashboard and alerts:',
    '[monitoring.md](../operations/monitoring.md).',
    '',
    ...tableOf(
      ['name', 'type', 'labels', 'unit', 'meaning'],
      families.map(({ name, type, labelNames, help }) =>
        row(code(name), type, labelNames.map(code).join(', '), unitOf(name), help.replace(/\.$/, '')),
      ),
    ),
    '',
    'Besides these, the page has the `process_…` and `nodejs_…` series (memory, CPU, event loop lag, garbage collection) that `prom-client`',
    'collects by default.',
    '',
  ].join('\n');
}

async function familiesOfBroker(): Promise<MetricFamily[]> {
  const metrics = new RecordingMetrics();
  const dataDir = await mkdtemp(join(tmpdir(), 'millrace-metrics-'));
  try {
    const broker = await createBroker({ dataDir, metrics });
    await broker.close();
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
  return metrics.families;
}

function unitOf(name: string): string {
  return UNITS.find(([suffix]) => suffix.test(name))?.[1] ?? 'count';
}
