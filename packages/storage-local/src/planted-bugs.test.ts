/** The checker of `crash-at-every-change.test.ts` finds bugs: each is planted around the engine, under the same workload. */
import { dirname, join } from 'node:path';
import type { AppendAccepted, AppendOutcome, PartitionLog } from '@millrace/log';
import { CRASHES, checkHistory } from '../test/crash-check.ts';
import { recordHistory, type Plant } from '../test/crash-history.ts';
import type { FileSystem, OpenFile } from './file-system.ts';

/** A history with a moment for each bug: a repeat that meets its original in flight at a power loss is rare. */
const SEED = 5;
const DONE = Promise.resolve(0);

/** A log whose answers to appends are changed on their way. */
function answering(change: (accepted: AppendAccepted) => AppendAccepted): Plant {
  const answer = (outcome: AppendOutcome): AppendOutcome =>
    outcome.errorCode === 0 ? change(outcome as AppendAccepted) : outcome;
  return {
    log: (log) => replacing(log, { append: (batch, options) => answer(log.append(batch, options)) }),
  };
}

function replacing(log: PartitionLog, replaced: Partial<PartitionLog>): PartitionLog {
  return new Proxy(log, {
    get(target, name: keyof PartitionLog) {
      const value = replaced[name] ?? target[name];
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** A disk that files are opened on in another way. */
function opening(change: (path: string, disk: FileSystem) => Promise<OpenFile> | undefined): Plant {
  return {
    fileSystem: (disk) =>
      new Proxy(disk, {
        get(target, name: keyof FileSystem) {
          if (name !== 'open') return target[name].bind(target);
          const open: FileSystem['open'] = (path, options) => change(path, target) ?? target.open(path, options);
          return open;
        },
      }),
  };
}

function withoutSync(suffix: string): Plant {
  return opening((path, disk) => {
    if (!path.endsWith(suffix)) return undefined;
    return disk.open(path, { mode: 'create' }).then((file) => ({
      ...file,
      hasDurableWrites: true,
      sync: () => Promise.resolve(),
    }));
  });
}

function withoutDirectorySync(directory: string): Plant {
  return {
    fileSystem: (disk) =>
      new Proxy(disk, {
        get(target, name: keyof FileSystem) {
          if (name !== 'syncDirectory') return target[name].bind(target);
          return (path: string) => (path.endsWith(directory) ? Promise.resolve() : target.syncDirectory(path));
        },
      }),
  };
}

async function firstViolations(plant: Plant): Promise<string> {
  const history = await recordHistory(SEED, plant);
  return (await checkHistory(history, { crashes: CRASHES, stopsAtFirst: true })).join('\n');
}

jest.setTimeout(120_000);

describe('the checker of crashes', () => {
  it('finds nothing where nothing is planted', async () => {
    const history = await recordHistory(SEED);

    expect(history.violations).toEqual([]);
  });

  it.each<[string, Plant, RegExp]>([
    [
      'an acknowledgement before the sync',
      answering((accepted) => ({ ...accepted, durable: DONE })),
      /was acknowledged/,
    ],
    [
      'a repeat that is acknowledged while the original is in flight',
      answering((accepted) => (accepted.isDuplicate ? { ...accepted, durable: DONE } : accepted)),
      /was acknowledged/,
    ],
    [
      'a log start that is acknowledged before it is durable',
      {
        log: (log) => replacing(log, { advanceLogStart: (to) => (void log.advanceLogStart(to), Promise.resolve(to)) }),
      },
      /the log start went back/,
    ],
    ['a journal without syncs', withoutSync('.j'), /was acknowledged|group/],
    ['segments without syncs', withoutSync('.log'), /cannot be read|were on the disk/],
    ['names of journal files that are not synced', withoutDirectorySync('/journal'), /journal|was acknowledged/],
    ['names of checkpoints that are not synced', withoutDirectorySync('/checkpoints'), /journal|needed|acknowledged/],
    ['names of segments that are not synced', withoutDirectorySync('-0'), /cannot be read/],
  ])('finds %s', async (_, plant, violation) => {
    expect(await firstViolations(plant)).toMatch(violation);
  });

  it.each<[string, string, string, string, RegExp]>([
    [
      'a checkpoint that knows nothing of open transactions',
      ...['transaction-state.ts', 'TransactionState', 'list'],
      /last stable offset|is not open/,
    ],
    [
      'a cut that does not open transactions again whose markers it took',
      ...['transaction-state.ts', 'TransactionState', 'endedFrom'],
      /last stable offset|is not open/,
    ],
    [
      'a checkpoint that knows nothing of aborted transactions',
      ...['aborted-transactions.ts', 'AbortedTransactions', 'entries'],
      /was aborted|given to a consumer/,
    ],
  ] as [string, string, string, string, RegExp][])('finds %s', async (_, file, className, method, violation) => {
    const logSources = dirname(require.resolve('@millrace/log/internal'));
    const classes = jest.requireActual<Record<string, { prototype: Record<string, () => unknown[]> }>>(
      join(logSources, file),
    );
    const { prototype } = classes[className]!;
    const planted = jest.spyOn(prototype, method).mockReturnValue([]);

    const history = await recordHistory(SEED).finally(() => planted.mockRestore());

    expect((await checkHistory(history, { stopsAtFirst: true })).join('\n')).toMatch(violation);
  });

  it('finds a sequence that moves on although its append is refused', async () => {
    interface Judge {
      check(id: number, epoch: number, first: number, last: number, nowMs: number): { readonly kind: string };
      record(id: number, epoch: number, first: number, last: number, base: number, timeMs: number, nowMs: number): void;
    }
    const logSources = dirname(require.resolve('@millrace/log/internal'));
    const { ProducerStates } = jest.requireActual<{ ProducerStates: { prototype: Judge } }>(
      join(logSources, 'producer-state.ts'),
    );
    const { check } = ProducerStates.prototype;
    let lastBase = 0;
    const planted = jest.spyOn(ProducerStates.prototype, 'check').mockImplementation(function (this: Judge, ...batch) {
      const verdict = check.apply(this, batch);
      const [id, epoch, first, last, nowMs] = batch;
      // Learns the batch when it is judged, not when it is stored.
      if (verdict.kind === 'next') this.record(id, epoch, first, last, ++lastBase, nowMs, nowMs);
      return verdict;
    });

    const history = await recordHistory(SEED).finally(() => planted.mockRestore());

    expect((await checkHistory(history, { stopsAtFirst: true })).join('\n')).toMatch(/never taken|answered with 45/);
  });
});
