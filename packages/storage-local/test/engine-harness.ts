import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@millrace/base';
import { createMemoryLogEngine, type LogEngine } from '@millrace/log';
import { ManualTime, type LogEngineHarness } from '@millrace/testing';
import { createLocalLogEngine, type LocalLogEngineConfig, type LocalLogEngineOptions } from '../src/local-engine.ts';

/** Small sizes, so that tests meet every boundary. */
export const SMALL: Partial<LocalLogEngineConfig> = {
  journalFileBytes: 256 * 1024,
  journalGroupBytes: 32 * 1024,
  flushBytes: 8 * 1024,
  ballastBytes: 64 * 1024,
};

export interface LocalHarness extends LogEngineHarness {
  readonly dataDir: string;
}

/** An engine in a fresh directory, with the test's time. */
export async function createLocalHarness(options: Partial<LocalLogEngineOptions> = {}): Promise<LocalHarness> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'millrace-storage-')));
  const time = new ManualTime();
  const create = (): LogEngine =>
    createLocalLogEngine({
      clock: time,
      timers: time,
      logger: silentLogger,
      ...options,
      dataDir,
      config: { ...SMALL, ...options.config },
    });
  let engine = create();
  await engine.start();
  return {
    dataDir,
    time,
    get engine() {
      return engine;
    },
    async reopen() {
      await engine.close();
      engine = create();
      await engine.start();
      return engine;
    },
    async [Symbol.asyncDispose]() {
      await engine.close();
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export async function createMemoryHarness(): Promise<LogEngineHarness> {
  const time = new ManualTime();
  const engine = createMemoryLogEngine({ clock: time, timers: time, logger: silentLogger });
  await engine.start();
  return {
    time,
    engine,
    async reopen() {
      await engine.close();
      await engine.start();
      return engine;
    },
    [Symbol.asyncDispose]: () => engine.close(),
  };
}
