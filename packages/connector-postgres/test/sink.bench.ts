/**
 * How many rows a second the sink writes to a real Postgres: `node --conditions=@millrace/source test/sink.bench.ts [rows]`.
 *
 * Rows of 250 bytes with schemas, handed over 500 at a time as a worker does; converting them from bytes is not in it.
 */
import { noMetrics, silentLogger, systemClock, systemTimers } from '@millrace/base';
import { s, type InRecord, type SinkContext } from '@millrace/connect-api';
import { PostgresServer } from '@millrace/connect-testkit';

import { postgresSink } from '../src/sink/sink-connector.ts';

const ROWS = Number(process.argv[2] ?? 300_000);
const POLL_RECORDS = 500;
const UPSERT = { 'insert.mode': 'upsert', 'pk.mode': 'record_key' };

const keySchema = s.struct({ id: s.int64() });
const valueSchema = s.struct({
  amount: s.int32(),
  price: s.decimal(2),
  text: s.string(),
  at: s.timestamp(),
});

await using server = await PostgresServer.start();
for (const [name, settings, passes] of [
  ['upsert, new rows then the same', UPSERT, 2],
  ['upsert, exactly once', { ...UPSERT, 'delivery.guarantee': 'exactly_once' }, 2],
  ['insert by COPY', {}, 1],
  ['insert by COPY, exactly once', { 'delivery.guarantee': 'exactly_once' }, 1],
] as const) {
  for (let pass = 0; pass < passes; pass++) {
    const { seconds, cpuSeconds } = await timed(settings, pass);
    const rate = Math.round(ROWS / seconds).toLocaleString('en');
    const perCpu = Math.round(ROWS / cpuSeconds).toLocaleString('en');
    process.stdout.write(`${name}, pass ${pass + 1}: ${rate} rows/s, ${perCpu} rows per CPU-second of this process\n`);
  }
  await server.query('DROP TABLE IF EXISTS t; DROP TABLE IF EXISTS millrace_connect_offsets');
}

async function timed(
  settings: Readonly<Record<string, string>>,
  pass: number,
): Promise<{ readonly seconds: number; readonly cpuSeconds: number }> {
  const { config, issues } = postgresSink.config.read({
    'connection.url': server.url(),
    'auto.create': 'true',
    ...settings,
  });
  if (config === undefined) throw new Error(issues.map(({ message }) => message).join('; '));
  const signal = new AbortController().signal;
  const context: SinkContext = {
    connector: 'bench',
    task: 0,
    log: silentLogger,
    metrics: noMetrics,
    clock: systemClock,
    timers: systemTimers,
    signal,
    report: (_record, error) => Promise.reject(error),
    pause: () => undefined,
    resume: () => undefined,
    commitSoon: () => undefined,
    seek: () => undefined,
  };
  const polls = Array.from({ length: Math.ceil(ROWS / POLL_RECORDS) }, (_, poll) => recordsOf(poll, pass));
  await using task = await postgresSink.task({}, config, context);
  await task.assigned?.([{ topic: 't', partition: 0 }]);
  const cpu = process.cpuUsage();
  const started = performance.now();
  for (const records of polls) await task.write(records, signal);
  await task.flush?.('stop', signal);
  const used = process.cpuUsage(cpu);
  return { seconds: (performance.now() - started) / 1000, cpuSeconds: (used.user + used.system) / 1e6 };
}

function recordsOf(poll: number, pass: number): readonly InRecord[] {
  return Array.from({ length: POLL_RECORDS }, (_, i) => {
    const id = poll * POLL_RECORDS + i;
    const origin = { topic: 't', partition: 0, offset: id + pass * ROWS };
    return {
      ...origin,
      origin,
      key: { id },
      keySchema,
      value: {
        amount: id % 1000,
        price: { unscaled: BigInt(id), scale: 2 },
        text: 'x'.repeat(200),
        at: new Date(1_700_000_000_000 + id),
      },
      valueSchema,
      headers: [],
      timestampMs: 0,
      timestampType: 'create',
    };
  });
}
