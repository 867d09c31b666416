import { parseArgs } from 'node:util';
import { createTempDir, markdownTable, startBroker } from '@millrace/testing';
import { describeMachine, today } from './brokers/machine.ts';
import { writeSection } from './figures-section.ts';

const ROUNDS = 11;
/** What `createBroker` promises, in milliseconds. */
const READY_MS_MAX = 100;
const COMMAND = 'node --conditions=@millrace/source tools/bench/src/main.ts embedded --write';

interface Ready {
  readonly name: string;
  readonly samplesMs: readonly number[];
}

/** `embedded [--write]`: how long `createBroker` takes until clients are served. The exit code says whether the medians keep the limit. */
export async function embeddedCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { write: { type: 'boolean', default: false } } });
  const machine = describeMachine();
  const figures = await measure();
  const report = reportOf(figures, machine);
  process.stdout.write(`${report}\n`);
  if (values.write) await writeSection('embedded', report);
  return figures.every(({ samplesMs }) => medianOf(samplesMs) < READY_MS_MAX) ? 0 : 1;
}

async function measure(): Promise<Ready[]> {
  const samples = { memory: [] as number[], fresh: [] as number[], existing: [] as number[] };
  // The first round loads and compiles the code.
  for (let round = -1; round < ROUNDS; round++) {
    await using dataDir = await createTempDir('bench');
    const times = [await timeToReady(), await timeToReady(dataDir.path), await timeToReady(dataDir.path)] as const;
    if (round < 0) continue;
    samples.memory.push(times[0]);
    samples.fresh.push(times[1]);
    samples.existing.push(times[2]);
  }
  return [
    { name: 'in memory', samplesMs: samples.memory },
    { name: 'in a new directory', samplesMs: samples.fresh },
    { name: 'in a directory used before', samplesMs: samples.existing },
  ];
}

async function timeToReady(dataDir?: string): Promise<number> {
  const startMs = performance.now();
  const broker = await startBroker(dataDir === undefined ? {} : { dataDir });
  const tookMs = performance.now() - startMs;
  await broker.close();
  return tookMs;
}

function reportOf(figures: readonly Ready[], machine: string): string {
  const rows = figures.map(({ name, samplesMs }) => [
    name,
    ...[medianOf(samplesMs), Math.min(...samplesMs), Math.max(...samplesMs)].map((ms) => ms.toFixed(1)),
  ]);
  return [
    '## A broker inside a process',
    '',
    `Milliseconds from the call of \`createBroker\` until clients are served, ${ROUNDS} times after one for warmth; the limit is ${READY_MS_MAX}.`,
    `${today()}, ${machine}.`,
    `Command: \`${COMMAND}\`.`,
    '',
    markdownTable(['broker', 'median ms', 'fastest', 'slowest'], rows),
  ].join('\n');
}

function medianOf(samples: readonly number[]): number {
  return [...samples].sort((left, right) => left - right)[samples.length >> 1] ?? NaN;
}
