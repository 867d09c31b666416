/**
 * Checks everything that a data directory holds: each CRC, the order of journal groups, and that checkpoints, journal, segments and
 * indexes agree. Reads only, and takes no lock.
 *
 * What recovery would make of the directory is asked of recovery itself (`rehearse-recovery.ts`); here is what it has no need to look at.
 * A problem is something that was once right and is not any more. A note is something that a crash, or a broker that runs, leaves behind
 * and a start puts right.
 */
import { MillraceError, messageOf } from '@millrace/base';
import type { PartitionId } from '@millrace/log';
import { checkpointFileName, listCheckpoints, parseCheckpoint } from '../checkpoint-file.ts';
import { readWholeFile, type FileSystem } from '../file-system.ts';
import { journalFileNumber } from '../journal-files.ts';
import { nodeFileSystem } from '../node-file-system.ts';
import { DELETED_SUFFIX } from '../segment-removals.ts';
import type { StoredPartition } from '../stored-partition.ts';
import type { Finding, VerifyCounts } from './findings.ts';
import { entryFaults, scanJournal, type BrokenGroup } from './journal-scan.ts';
import { namesIn, openDirectory, type OpenedDirectory } from './open-directory.ts';
import { rehearseRecovery, type LostRange, type Rehearsal } from './rehearse-recovery.ts';
import { verifyCut, verifySegments } from './verify-segments.ts';

const ATTEMPTS_MAX = 5;

export interface VerifyReport {
  readonly findings: readonly Finding[];
  /** What a start with `--repair` would lose; empty unless the journal is damaged. */
  readonly lost: readonly LostRange[];
  readonly counts: Readonly<VerifyCounts>;
  /** The directory changed whenever it was read, so that some findings may be about what is no longer there. */
  readonly isChanging: boolean;
}

export interface VerifyOptions {
  readonly dataDir: string;
  readonly fileSystem?: FileSystem;
  /** Whose segments are read; the journal and checkpoints always are. Default: all. */
  readonly selects?: (id: PartitionId) => boolean;
  /** Only segments with offsets of `[fromOffset, toOffset]`. */
  readonly fromOffset?: number;
  readonly toOffset?: number;
}

/** Throws `MILLRACE_STORAGE_FORMAT` when the directory is none of a broker. */
export async function verifyDirectory(options: VerifyOptions): Promise<VerifyReport> {
  let before: string | undefined;
  for (let attempt = 1; ; attempt++) {
    const verification = new Verification(options);
    const report = await verification.run();
    const isSound = !report.findings.some(({ severity }) => severity === 'problem');
    // A broker that runs removes and writes files meanwhile: what is found twice in the same state is so.
    if (isSound || verification.state === before) return report;
    if (attempt === ATTEMPTS_MAX) return { ...report, isChanging: true };
    before = verification.state;
  }
}

class Verification {
  readonly #options: VerifyOptions;
  readonly #fileSystem: FileSystem;
  readonly #findings: Finding[] = [];
  readonly #counts: VerifyCounts = {
    checkpoints: 0,
    journalFiles: 0,
    groups: 0,
    partitions: 0,
    segments: 0,
    batches: 0,
    journalBytes: 0,
    indexes: 0,
    bytes: 0,
  };
  readonly #seen: (string | number)[] = [];
  readonly #broken: (BrokenGroup & { readonly path: string })[] = [];

  constructor(options: VerifyOptions) {
    this.#options = options;
    this.#fileSystem = options.fileSystem ?? nodeFileSystem;
  }

  /** Equal for two looks at a directory that nobody wrote to in between. */
  get state(): string {
    return this.#seen.join();
  }

  async run(): Promise<VerifyReport> {
    const directory = await openDirectory(this.#fileSystem, this.#options.dataDir);
    await this.#checkCheckpoints(directory);
    await this.#checkJournal(directory);
    const rehearsal = await this.#rehearse(directory);
    let lost: readonly LostRange[] = [];
    if (rehearsal instanceof MillraceError) {
      this.#reportRefusal(directory, rehearsal);
      lost = await this.#lostByRepair(directory);
    } else {
      this.#reportBroken(rehearsal);
      await this.#checkPartitions(directory, rehearsal);
    }
    return { findings: this.#findings, lost, counts: this.#counts, isChanging: false };
  }

  async #checkCheckpoints({ layout }: OpenedDirectory): Promise<void> {
    for (const number of await listCheckpoints(this.#fileSystem, layout.checkpoints)) {
      const path = `${layout.checkpoints}/${checkpointFileName(number)}`;
      const content = await readWholeFile(this.#fileSystem, path);
      if (content === undefined) continue;
      this.#seen.push(path);
      this.#counts.checkpoints++;
      this.#counts.bytes += content.length;
      try {
        const outcome = parseCheckpoint(number, content);
        if ('fault' in outcome) {
          const remedy = 'a start takes the checkpoint before it and more of the journal';
          this.#report('problem', path, outcome.fault.position, `${outcome.fault.reason}; ${remedy}`);
        }
      } catch (error) {
        this.#report('problem', path, undefined, messageOf(error));
      }
    }
  }

  async #checkJournal({ layout, journalId }: OpenedDirectory): Promise<void> {
    for (const name of await namesIn(this.#fileSystem, layout.journal)) {
      if (journalFileNumber(name) === undefined) continue;
      const path = `${layout.journal}/${name}`;
      const content = await readWholeFile(this.#fileSystem, path);
      if (content === undefined) continue;
      this.#counts.journalFiles++;
      this.#counts.bytes += content.length;
      let newestLsn = 0;
      for (const found of scanJournal(content, journalId)) {
        if ('broken' in found) {
          this.#broken.push({ ...found.broken, path });
          continue;
        }
        this.#counts.groups++;
        newestLsn = Math.max(newestLsn, found.group.lsn);
        for (const { position, reason } of entryFaults(content, found.group)) {
          this.#report('problem', path, position, `in journal group ${found.group.lsn}: ${reason}`);
        }
      }
      this.#seen.push(path, newestLsn);
    }
  }

  async #rehearse(directory: OpenedDirectory): Promise<Rehearsal | MillraceError> {
    try {
      return await rehearseRecovery(this.#fileSystem, directory, false);
    } catch (error) {
      if (MillraceError.is(error)) return error;
      // A broker that runs may have removed a file between its listing and its reading.
      const message = `a start would fail: ${messageOf(error)}`;
      return new MillraceError('MILLRACE_STORAGE_CORRUPT', message, { cause: error });
    }
  }

  #reportRefusal({ layout }: OpenedDirectory, { message, details }: MillraceError): void {
    const path = typeof details['path'] === 'string' ? details['path'] : layout.journal;
    const position = typeof details['position'] === 'number' ? details['position'] : undefined;
    this.#report('problem', path, position, message);
    for (const group of this.#broken) {
      if (group.path === path && group.position === position) continue;
      this.#report('problem', group.path, group.position, `journal group ${group.lsn} is broken: ${group.reason}`);
    }
  }

  async #lostByRepair(directory: OpenedDirectory): Promise<readonly LostRange[]> {
    try {
      return (await rehearseRecovery(this.#fileSystem, directory, true)).lost;
    } catch {
      // Nothing that `--repair` could cut.
      return [];
    }
  }

  /** Whatever recovery needs is whole, so these are left over. */
  #reportBroken({ recovered }: Rehearsal): void {
    for (const { path, position, lsn, reason } of this.#broken) {
      const isNext = lsn === recovered.nextLsn;
      const message = isNext
        ? `the last write of the journal (group ${lsn}) is not whole: ${reason}; a start cuts it, nobody was told that it is durable`
        : `journal group ${lsn} is broken: ${reason}; nothing needs it any more`;
      this.#report('note', path, position, message);
    }
  }

  async #checkPartitions({ layout }: OpenedDirectory, { recovered, cuts }: Rehearsal): Promise<void> {
    for (const cut of cuts) {
      const finding = await verifyCut(this.#fileSystem, cut);
      this.#findings.push(finding);
    }
    for (const partition of recovered.partitions.values()) {
      if (!this.#selects(partition)) continue;
      this.#counts.partitions++;
      const { fromOffset, toOffset } = this.#options;
      const range = { fromOffset: fromOffset ?? 0, toOffset: toOffset ?? Infinity };
      this.#findings.push(...(await verifySegments(this.#fileSystem, partition, range, this.#counts)));
    }
    for (const name of await namesIn(this.#fileSystem, layout.logs)) {
      if (recovered.partitions.has(name) || this.#options.selects !== undefined) continue;
      const what = name.endsWith(DELETED_SUFFIX)
        ? 'it is on its way out'
        : 'no partition has that name; a start removes it';
      this.#report('note', `${layout.logs}/${name}`, undefined, what);
    }
  }

  #selects({ log }: StoredPartition): boolean {
    return this.#options.selects?.(log.id) ?? true;
  }

  #report(severity: Finding['severity'], path: string, position: number | undefined, message: string): void {
    this.#findings.push({ severity, path, ...(position === undefined ? {} : { position }), message });
  }
}
