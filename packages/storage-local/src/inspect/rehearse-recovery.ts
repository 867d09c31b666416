/** What the next start would find: the real recovery, on a disk that it cannot change. */
import { assert, systemClock, type Logger, type LogFields } from '@millrace/base';
import { OwnedLog, TailSlabs, type LogContext } from '@millrace/log/internal';
import { recover, type Recovered } from '../recovery.ts';
import { StoredPartition } from '../stored-partition.ts';
import type { FileSystem } from '../file-system.ts';
import type { OpenedDirectory } from './open-directory.ts';
import { UnchangingDisk, type NotedCut } from './unchanging-disk.ts';

/** Offsets of a partition, both included, that cutting the journal would take away. */
export interface LostRange {
  readonly topicId: string;
  readonly partition: number;
  readonly fromOffset: number;
  readonly toOffset: number;
  /** Bytes of their batches that can still be read; the damaged group's are not among them. */
  readonly readableBytes: number;
}

export interface Rehearsal {
  readonly recovered: Recovered;
  /** Segments of `os` partitions that would be cut. */
  readonly cuts: readonly NotedCut[];
  /** What `--repair` would say that is lost. */
  readonly lost: readonly LostRange[];
}

/** Throws what the start would throw. */
export async function rehearseRecovery(
  fileSystem: FileSystem,
  { layout, journalId }: OpenedDirectory,
  repair: boolean,
): Promise<Rehearsal> {
  const disk = new UnchangingDisk(fileSystem);
  const lost: LostRange[] = [];
  const slabs = new TailSlabs();
  const logger = listening((message, fields) => {
    if (message === 'repair: records are lost') lost.push(fields as unknown as LostRange);
  });
  const context = contextOf(slabs, logger);
  const recovered = await recover({
    fileSystem: disk,
    layout,
    journalId,
    clock: systemClock,
    logger,
    slabs,
    repair,
    nextTurn: (callback) => void setImmediate(callback),
    createPartition: ({ topicId, partition }, durability, snapshot) =>
      new StoredPartition(new OwnedLog({ topicId, partition }, context, snapshot), layout.logs, durability),
  });
  return { recovered, cuts: disk.cuts, lost };
}

/** Logs that are looked at and never appended to. */
function contextOf(slabs: TailSlabs, logger: Logger): LogContext {
  const never = (): never => {
    assert(false, 'an inspected log is not written to');
  };
  return {
    clock: systemClock,
    logger,
    slabs,
    journal: { admit: never, appendBatch: never, appendLogStart: never, changeDurability: never },
    segmentStore: {
      read: never,
      loadIndex: never,
      loadAborted: never,
      discard: () => undefined,
      noteCommitted: never,
      noteProduced: never,
    },
    producerIdExpirationMs: Infinity,
  };
}

function listening(warn: (message: string, fields: LogFields) => void): Logger {
  const nothing = (): void => undefined;
  const logger: Logger = {
    debug: nothing,
    info: nothing,
    warn: (message, fields = {}) => warn(message, fields),
    error: nothing,
    child: () => logger,
  };
  return logger;
}
