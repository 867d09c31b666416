import { silentLogger, type Clock } from '@millrace/base';
import { ErrorCode, RecordBatchWriter, validateBatch } from '@millrace/protocol';
import { appendChecks } from './append-checks.ts';
import type { LogConfig } from './log-engine.ts';
import { EMPTY_LOG } from './log-snapshot.ts';
import { OwnedLog } from './owned-log.ts';
import type { LogContext } from './ports.ts';
import { TailSlabs } from './tail-slabs.ts';

const NOW_MS = 1_700_000_000_000;
const MIB = 1024 * 1024;
/** What the journal is asked for once every check has passed. */
const REACHED_THE_JOURNAL = ErrorCode.THROTTLING_QUOTA_EXCEEDED;
const CONFIG: LogConfig = {
  durability: 'os',
  segmentBytes: 1024 * MIB,
  segmentMs: Infinity,
  retentionBytes: -1,
  retentionMs: -1,
  cleanupDelete: true,
  cleanupCompact: false,
  maxMessageBytes: MIB,
  messageTimestampType: 'CreateTime',
  messageTimestampBeforeMaxMs: Infinity,
  messageTimestampAfterMaxMs: Infinity,
  fileDeleteDelayMs: 0,
};

function logEndingAt(endOffset: number, config: LogConfig = CONFIG): OwnedLog {
  const context = {
    clock: { nowMs: () => NOW_MS } as Clock,
    logger: silentLogger,
    slabs: new TailSlabs(),
    journal: { admit: () => REACHED_THE_JOURNAL },
    producerIdExpirationMs: 1000,
  } as unknown as LogContext;
  const log = new OwnedLog({ topicId: 'AAAAAAAAAAAAAAAAAAAAAQ', partition: 0 }, context, {
    ...EMPTY_LOG,
    logStartOffset: endOffset,
    dataEndOffset: endOffset,
    stateEndOffset: endOffset,
  });
  log.open(config, 0);
  return log;
}

function append(log: OwnedLog, count: number, value: Buffer = Buffer.from('v')): number {
  const writer = new RecordBatchWriter();
  for (let index = 0; index < count; index++) writer.append('key', value, NOW_MS);
  return log.append(writer.finish({ codec: 'zstd' }), { origin: 'client' }).errorCode;
}

describe('OwnedLog', () => {
  it('refuses a batch that would end beyond the offsets that a number holds', () => {
    const log = logEndingAt(Number.MAX_SAFE_INTEGER - 3);

    expect(append(log, 4)).toBe(ErrorCode.INVALID_RECORD);
    expect(append(log, 3)).toBe(REACHED_THE_JOURNAL);
  });

  it('opens a compressed batch only within the bound of the topic', () => {
    for (const cleanupCompact of [false, true]) {
      const log = logEndingAt(0, { ...CONFIG, cleanupCompact });

      expect(append(log, 1, Buffer.alloc(33 * MIB))).toBe(ErrorCode.MESSAGE_TOO_LARGE);
      expect(append(log, 1, Buffer.alloc(31 * MIB))).toBe(REACHED_THE_JOURNAL);
    }
  });

  it('takes the verdict of whoever opened the batch before', () => {
    const log = logEndingAt(0);
    const writer = new RecordBatchWriter();
    writer.append('key', 'v', NOW_MS);
    const batch = writer.finish({ codec: 'gzip' });
    const checks = appendChecks(CONFIG, NOW_MS);
    const accepted = validateBatch(batch, checks);
    const refused = validateBatch(batch, { ...checks, outputBytesMax: 1 });

    expect(log.append(batch, { origin: 'client', verdict: accepted }).errorCode).toBe(REACHED_THE_JOURNAL);
    expect(log.append(batch, { origin: 'client', verdict: refused }).errorCode).toBe(ErrorCode.MESSAGE_TOO_LARGE);
  });

  it('answers that storage failed when what a start left in the journal cannot be read', async () => {
    const slabs = new TailSlabs();
    const context = {
      clock: { nowMs: () => NOW_MS } as Clock,
      logger: silentLogger,
      slabs,
      producerIdExpirationMs: 1000,
    } as unknown as LogContext;
    const log = new OwnedLog({ topicId: 'AAAAAAAAAAAAAAAAAAAAAQ', partition: 0 }, context, EMPTY_LOG);
    const writer = new RecordBatchWriter();
    writer.append(null, Buffer.from('value'), NOW_MS);
    const slab = slabs.adopt(writer.finish());
    log.replayJournalled(slab, 0, true, 1, NOW_MS);
    slabs.park(slab, {
      copyTo: () => {
        throw new Error('EIO');
      },
      release: () => undefined,
    });
    log.open(CONFIG, 1);

    const read = { offset: 0, maxBytes: MIB, atLeastOneBatch: true, isolation: 'read_uncommitted' } as const;
    expect(await log.read(read)).toMatchObject({ errorCode: ErrorCode.KAFKA_STORAGE_ERROR, sizeBytes: 0 });
  });
});
