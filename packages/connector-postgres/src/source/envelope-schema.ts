/** Schemas of what is around a row: those of Debezium, by name and field. */
import { s, type Schema } from '@millrace/connect-api';

export const sourceSchema: Schema = s.struct(
  {
    version: s.string(),
    connector: s.string(),
    name: s.string(),
    ts_ms: s.int64(),
    snapshot: s.string({
      name: 'io.debezium.data.Enum',
      version: 1,
      parameters: { allowed: 'true,first,first_in_data_collection,last_in_data_collection,last,false,incremental' },
      default: 'false',
      optional: true,
    }),
    db: s.string(),
    sequence: s.string({ optional: true }),
    ts_us: s.int64({ optional: true }),
    ts_ns: s.int64({ optional: true }),
    schema: s.string(),
    table: s.string(),
    txId: s.int64({ optional: true }),
    lsn: s.int64({ optional: true }),
    xmin: s.int64({ optional: true }),
  },
  { name: 'io.debezium.connector.postgresql.Source', version: 1 },
);

const transactionSchema: Schema = s.struct(
  { id: s.string(), total_order: s.int64(), data_collection_order: s.int64() },
  { name: 'event.block', version: 1, optional: true },
);

export function envelopeSchema(topic: string, row: Schema): Schema {
  return s.struct(
    {
      before: row,
      after: row,
      source: sourceSchema,
      transaction: transactionSchema,
      op: s.string(),
      ts_ms: s.int64({ optional: true }),
      ts_us: s.int64({ optional: true }),
      ts_ns: s.int64({ optional: true }),
    },
    { name: `${topic}.Envelope`, version: 2 },
  );
}

export const heartbeatKeySchema: Schema = s.struct(
  { serverName: s.string() },
  { name: 'io.debezium.connector.common.ServerNameKey', version: 1 },
);

export const heartbeatValueSchema: Schema = s.struct(
  { ts_ms: s.int64() },
  { name: 'io.debezium.connector.common.Heartbeat', version: 1 },
);

const messageBlockSchema: Schema = s.struct(
  { prefix: s.string({ optional: true }), content: s.bytes({ optional: true }) },
  { name: 'io.debezium.connector.postgresql.MessageBlock', version: 1, optional: true },
);

/** Of what `pg_logical_emit_message` wrote. */
export const messageKeySchema: Schema = s.struct(
  { prefix: s.string({ optional: true }) },
  { name: 'io.debezium.connector.postgresql.MessageKey', version: 1 },
);

export const messageValueSchema: Schema = s.struct(
  {
    op: s.string(),
    ts_ms: s.int64({ optional: true }),
    ts_us: s.int64({ optional: true }),
    ts_ns: s.int64({ optional: true }),
    source: sourceSchema,
    message: messageBlockSchema,
  },
  { name: 'io.debezium.connector.postgresql.MessageValue', version: 1 },
);
