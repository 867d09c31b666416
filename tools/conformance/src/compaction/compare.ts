/**
 * The same random history into a compacted topic of this broker and of Apache Kafka, and after cleaning the same to read: records with their
 * offsets, under both isolation levels and from any offset, and what ListOffsets finds.
 *
 * A seed makes a history; `npm run conformance -- compaction --seeds 1-5`.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deepStrictEqual } from 'node:assert/strict';
import { SeededRandom } from '@millrace/base';
import { REPO_ROOT } from '../paths.ts';
import { endAll } from '../processes.ts';
import { createTarget, type Target } from '../target.ts';
import { CompactedTopic, type ReadTopic } from './compacted-topic.ts';
import { HistoryWriter } from './history.ts';

const DELETE_RETENTION_MS = 1500;
const PHASES = [220, 60, 60];
const CLEAN_TIMEOUT_MS = 60_000;
const POLL_MS = 100;

/** Reads until nothing old is left below the last record, which is alone in the active segment. */
async function readCleaned(topic: CompactedTopic, what: string): Promise<ReadTopic> {
  const until = Date.now() + CLEAN_TIMEOUT_MS;
  for (;;) {
    const read = await topic.read('read_uncommitted');
    const keys = read.records.slice(0, -1).map(({ key }) => key);
    if (new Set(keys).size === keys.length) return read;
    if (Date.now() > until) throw new Error(`${what} did not clean within ${CLEAN_TIMEOUT_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function compareOnce(seed: number, ours: Target, reference: Target): Promise<string> {
  const targets = [ours, reference];
  const topics = await Promise.all(
    targets.map((target) => CompactedTopic.create(target.bootstrap(), DELETE_RETENTION_MS)),
  );
  const history = new HistoryWriter(seed, Date.now());
  const random = new SeededRandom(seed);
  let written = 0;
  let kept = 0;
  try {
    for (const [phase, stepCount] of PHASES.entries()) {
      const steps = history.phase(stepCount);
      for (const step of steps) if (step.kind === 'batch') written += step.records.length;
      await Promise.all(topics.map((topic) => topic.write(steps)));
      const before = await Promise.all(topics.map((topic) => topic.read('read_committed')));
      deepStrictEqual(before[0], before[1], `seed ${seed}, phase ${phase}: different before it was cleaned`);
      await Promise.all(topics.map((topic) => topic.letClean(true)));
      const read = await Promise.all(topics.map((topic, index) => readCleaned(topic, targets[index]?.name ?? '')));
      const [our, their] = read;
      deepStrictEqual(our, their, `seed ${seed}, phase ${phase}: different to read_uncommitted`);
      await compareReads(topics, random, our?.records ?? [], `seed ${seed}, phase ${phase}`);
      await Promise.all(topics.map((topic) => topic.letClean(false)));
      kept = our?.records.length ?? 0;
      // What may go is gone with the next cleaning.
      await new Promise((resolve) => setTimeout(resolve, DELETE_RETENTION_MS * 1.5));
    }
    return `${written} records written, ${kept} kept by both`;
  } finally {
    await Promise.all(topics.map((topic) => topic.close()));
  }
}

async function compareReads(
  topics: readonly CompactedTopic[],
  random: SeededRandom,
  records: ReadTopic['records'],
  what: string,
): Promise<void> {
  const both = async <T>(read: (topic: CompactedTopic) => Promise<T>, how: string): Promise<void> => {
    const [our, their] = await Promise.all(topics.map(read));
    deepStrictEqual(our, their, `${what}: ${how} differs (ours first)`);
  };
  const end = records.at(-1)?.offset ?? 0;
  await both((topic) => topic.read('read_committed'), 'read_committed');
  for (let tries = 0; tries < 20; tries++) {
    const from = random.nextInt(end + 1);
    await both((topic) => topic.read('read_committed', from), `read_committed from ${from}`);
    const timestampMs = (records[random.nextInt(records.length)]?.timestampMs ?? 0) + random.nextInt(3) - 1;
    await both((topic) => topic.offsetFor(timestampMs), `ListOffsets of ${timestampMs}`);
  }
}

function seedsOf(text: string): number[] {
  const [first = NaN, last = first] = text.split('-').map(Number);
  if (!Number.isInteger(first) || !Number.isInteger(last)) throw new Error(`--seeds ${text} is not N or N-M`);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** Answers with the exit code. */
export async function compareCompaction(args: readonly string[]): Promise<number> {
  const seeds = seedsOf(args[args.indexOf('--seeds') + 1] ?? (args.includes('--seeds') ? '' : '1-3'));
  const workDir = mkdtempSync(join(tmpdir(), 'conformance-compaction-'));
  const outDir = join(REPO_ROOT, '.millrace', 'conformance');
  const targets = (['millrace', 'reference'] as const).map((kind) => {
    const directory = join(workDir, kind);
    for (const path of [directory, outDir]) mkdirSync(path, { recursive: true });
    return createTarget({ kind }, directory, outDir);
  }) as [Target, Target];
  let failures = 0;
  try {
    await Promise.all(targets.map((target) => target.start()));
    for (const target of targets) console.log(`# ${target.name} ${target.version()}`);
    for (const seed of seeds) {
      try {
        console.log(`seed ${String(seed).padEnd(4)} pass  ${await compareOnce(seed, ...targets)}`);
      } catch (error) {
        failures++;
        console.log(`seed ${String(seed).padEnd(4)} FAIL  ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  } finally {
    await Promise.all(targets.map((target) => target.stop().catch(() => undefined)));
    endAll();
    if (failures === 0) rmSync(workDir, { recursive: true, force: true });
    else console.log(`# the brokers' files are kept in ${workDir}`);
  }
  return failures === 0 ? 0 : 1;
}
