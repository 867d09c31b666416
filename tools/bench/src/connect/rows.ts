/** The rows and records of the loads: an int key, an int, a numeric, 200 bytes of text and a time, about 250 bytes together. */
import type { PostgresServer } from '@millrace/connect-testkit';
import { RecordBatchWriter } from '@millrace/protocol';
import { waitUntil, WireClient } from '@millrace/testing';
import { produceTo } from '../brokers/wire.ts';

const ROWS_PER_TRANSACTION = 1_000;
const RECORDS_PER_BATCH = 500;
const TEXT_BYTES = 200;
const DOCUMENT_BYTES = 750;

export async function createTable(postgres: PostgresServer, table: string): Promise<void> {
  await postgres.query(
    `CREATE TABLE ${table} (id int PRIMARY KEY, n int NOT NULL, amount numeric(12,2) NOT NULL, text text NOT NULL, at timestamptz NOT NULL)`,
  );
}

/** Rows with ids from `first` on, a thousand in a transaction. */
export async function insertRows(postgres: PostgresServer, table: string, first: number, count: number): Promise<void> {
  await postgres.query(`DO $$
    DECLARE lower int;
    BEGIN
      FOR lower IN ${first}..${first + count - 1} BY ${ROWS_PER_TRANSACTION} LOOP
        INSERT INTO ${table}
          SELECT id, id * 7, id * 0.37, substr(repeat(md5(id::text), 7), 1, ${TEXT_BYTES}), now()
          FROM generate_series(lower, least(lower + ${ROWS_PER_TRANSACTION}, ${first + count}) - 1) AS id;
        COMMIT;
      END LOOP;
    END $$`);
}

export interface LoadRecord {
  readonly key: string;
  readonly value: string;
}

/** A row as Kafka Connect's JSON converter writes it, with its schemas. */
export function rowRecord(id: number): LoadRecord {
  const amount = decimalBytes(id * 37);
  const row = `{"id":${id},"n":${id * 7},"amount":"${amount}","text":"${textOf(id, TEXT_BYTES)}","at":"2026-03-01T12:00:00.123456Z"}`;
  return {
    key: `{"schema":${KEY_SCHEMA},"payload":{"id":${id}}}`,
    value: `{"schema":${ROW_SCHEMA},"payload":${row}}`,
  };
}

const ID_FIELD = { type: 'int32', optional: false, field: 'id' };
const KEY_SCHEMA = JSON.stringify({ type: 'struct', fields: [ID_FIELD], optional: false, name: 'bench.Key' });
const ROW_SCHEMA = JSON.stringify({
  type: 'struct',
  fields: [
    ID_FIELD,
    { type: 'int32', optional: false, field: 'n' },
    {
      type: 'bytes',
      optional: false,
      name: 'org.apache.kafka.connect.data.Decimal',
      version: 1,
      parameters: { scale: '2', 'connect.decimal.precision': '12' },
      field: 'amount',
    },
    { type: 'string', optional: false, field: 'text' },
    { type: 'string', optional: false, name: 'io.debezium.time.ZonedTimestamp', version: 1, field: 'at' },
  ],
  optional: false,
  name: 'bench.Value',
});

/** JSON without a schema, 750 bytes. */
export function documentRecord(id: number): LoadRecord {
  const head = `{"id":${id},"n":${id * 7},"amount":${(id * 37) / 100},"at":"2026-03-01T12:00:00.123456Z","text":"`;
  return { key: `{"id":${id}}`, value: `${head}${textOf(id, DOCUMENT_BYTES - head.length - 2)}"}` };
}

/** A key such as `user:17` with a text. */
export function textRecord(id: number): LoadRecord {
  return { key: `user:${id}`, value: textOf(id, TEXT_BYTES) };
}

function textOf(id: number, length: number): string {
  const word = ((Math.imul(id, 2_654_435_761) >>> 0).toString(36) + '-').padStart(9, 'x');
  return word.repeat(Math.ceil(length / word.length)).slice(0, length);
}

function decimalBytes(unscaled: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(unscaled));
  return bytes.toString('base64');
}

/** Records of ids from `first` on into the topic's only partition. */
export async function produceRecords(
  port: number,
  topic: string,
  first: number,
  count: number,
  recordOf: (id: number) => LoadRecord,
): Promise<void> {
  const client = await WireClient.connect({ port });
  try {
    const writer = new RecordBatchWriter();
    const end = first + count;
    for (let id = first; id < end;) {
      const until = Math.min(id + RECORDS_PER_BATCH, end);
      for (; id < until; id++) {
        const { key, value } = recordOf(id);
        writer.append(key, value, Date.now());
      }
      const batch = writer.finish();
      await waitUntil('a batch is taken', async () => (await produceTo(client, topic, [0], batch)).length === 0);
    }
  } finally {
    await client.close();
  }
}
