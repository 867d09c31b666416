/** What a program of a run is told, as JSON in the variable `SOAK`. Programs in other languages read the same. */

export const PARTITIONS = 8;
export const ABORT_SHARE = 0.2;

export interface ProgramSettings {
  readonly bootstrap: string;
  /** Name of this process, in no other line of the history. */
  readonly by: string;
  /** The file of the history that it appends to. */
  readonly history: string;
  readonly seed: number;
  readonly partitions: number;
  readonly abortShare: number;
  readonly transactionTimeoutMs: number;
}

export interface SourceSettings extends ProgramSettings {
  readonly topic: string;
  /** Where it begins to name its transactional ids; another process under this name fences this one. */
  readonly transactionalId: string;
  readonly recordsPerS: number;
}

export interface WorkerSettings extends ProgramSettings {
  readonly input: string;
  readonly output: string;
  readonly group: string;
  /** The part of a transactional id that is this worker's own, for clients that fence by worker and not by partition. */
  readonly transactionalId: string;
  readonly sessionTimeoutMs: number;
}

export function readSettings<Settings extends ProgramSettings>(): Settings {
  const text = process.env['SOAK'];
  if (text === undefined) throw new Error('SOAK is not set: this program is started by npm run soak');
  return JSON.parse(text) as Settings;
}

/** A record is its name, the transaction that wrote it, and some bytes more, so that batches are of many sizes. */
export function encodeValue(name: string, transaction: string, sequence: number): string {
  return `${name}\t${transaction}\t${'abcdefgh'.repeat((sequence * 7_919) % 23)}`;
}

export function decodeValue(value: string): { readonly name: string; readonly transaction: string } {
  const [name = '', transaction = ''] = value.split('\t', 2);
  return { name, transaction };
}

/** Where the record of this name goes: the records of a stream take turns, so a transaction writes to many partitions. */
export function outputPartition(partition: number, sequence: number, partitions: number): number {
  return (partition + sequence) % partitions;
}
