import { progressOf } from './task-progress.ts';

const PAGE = `# HELP kafka_connect_source_task_metrics_source_record_write_total …
# TYPE kafka_connect_source_task_metrics_source_record_write_total counter
kafka_connect_source_task_metrics_source_record_write_total{connector="cdc",task="0"} 120
kafka_connect_source_task_metrics_source_record_write_total{connector="other",task="0"} 7
kafka_connect_sink_task_metrics_sink_record_send_total{connector="a \\"b\\"",task="1"} 5
millrace_connect_postgres_snapshot_rows_total{connector="cdc",task="0",table="public.orders"} 100
millrace_connect_postgres_snapshot_rows_total{connector="cdc",task="0",table="public.items"} 20
millrace_connect_postgres_snapshot_rows_expected{connector="cdc",task="0",table="public.orders"} 400
millrace_connect_postgres_snapshot_rows_expected{connector="cdc",task="0",table="public.items"} 20
`;

describe('progressOf', () => {
  it('adds up the tables of a snapshot, of one connector', () => {
    expect(progressOf(PAGE, 'cdc')).toEqual(
      new Map([[0, { records: 120, snapshot: { doneRows: 120, expectedRows: 420 } }]]),
    );
  });

  it('reads labels with quotes in them', () => {
    expect(progressOf(PAGE, 'a "b"')).toEqual(new Map([[1, { records: 5 }]]));
  });

  it('is empty where a worker tells nothing', () => {
    expect(progressOf('', 'cdc').size).toBe(0);
  });
});
