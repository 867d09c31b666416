/** What the metrics of a worker say of the progress of a connector's tasks (Prometheus text format). */

/** How many records a source writes and a sink reads; Kafka's attributes `source-record-write-total` and `sink-record-send-total`. */
const RECORDS = [
  'kafka_connect_source_task_metrics_source_record_write_total',
  'kafka_connect_sink_task_metrics_sink_record_send_total',
];
/** Of any source that begins with a snapshot: rows read, and those that the snapshot has, about. */
const SNAPSHOT_DONE = /^millrace_connect_[a-z0-9_]+_snapshot_rows_total$/;
const SNAPSHOT_EXPECTED = /^millrace_connect_[a-z0-9_]+_snapshot_rows_expected$/;

export interface TaskProgress {
  /** Since the task began. */
  readonly records: number;
  /** Of an initial snapshot that is under way. */
  readonly snapshot?: { readonly doneRows: number; /** About. */ readonly expectedRows: number };
}

/** By number of the task. */
export function progressOf(metrics: string, connector: string): Map<number, TaskProgress> {
  const found = new Map<number, { records: number; doneRows?: number; expectedRows?: number }>();
  for (const line of metrics.split('\n')) {
    const [, name = '', labels = '', text = ''] = /^([a-z0-9_]+)\{(.*)\} (\S+)/.exec(line) ?? [];
    const isRecords = RECORDS.includes(name);
    const isDone = SNAPSHOT_DONE.test(name);
    if (!isRecords && !isDone && !SNAPSHOT_EXPECTED.test(name)) continue;
    if (labelOf(labels, 'connector') !== connector) continue;
    const task = Number(labelOf(labels, 'task'));
    const value = Number(text);
    if (!Number.isInteger(task) || Number.isNaN(value)) continue;
    const progress = found.get(task) ?? { records: 0 };
    found.set(task, progress);
    if (isRecords) progress.records += value;
    else if (isDone) progress.doneRows = (progress.doneRows ?? 0) + value;
    else progress.expectedRows = (progress.expectedRows ?? 0) + value;
  }
  return new Map(
    [...found].map(([task, { records, doneRows, expectedRows }]) => [
      task,
      { records, ...(expectedRows === undefined ? {} : { snapshot: { doneRows: doneRows ?? 0, expectedRows } }) },
    ]),
  );
}

function labelOf(labels: string, name: string): string | undefined {
  const value = new RegExp(`(?:^|,)${name}="((?:\\\\.|[^"\\\\])*)"`).exec(labels)?.[1];
  return value?.replace(/\\(.)/g, (_all, char: string) => (char === 'n' ? '\n' : char));
}
