import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { MillraceError, silentLogger, systemClock, systemTimers } from '@millrace/base';
import { lockDataDirectory } from './directory-lock.ts';
import { createLocalLogEngine } from './local-engine.ts';

describe('lock of the data directory', () => {
  let dataDir: string;

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'millrace-lock-'));
  });

  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

  function refusal(): unknown {
    try {
      lockDataDirectory(dataDir).release();
      return undefined;
    } catch (error) {
      return error;
    }
  }

  it('lets nobody else in until it is released', () => {
    const lock = lockDataDirectory(dataDir);

    expect(refusal()).toMatchObject({ code: 'MILLRACE_STORAGE_DIRECTORY_LOCKED' });
    expect((refusal() as MillraceError).message).toContain(`${dataDir} is in use by another broker`);
    lock.release();
    lock.release();
    expect(refusal()).toBeUndefined();
  });

  it('holds against another process and ends when that one is killed', async () => {
    const script = `
      const { lockDataDirectory } = await import(${JSON.stringify(join(import.meta.dirname, 'directory-lock.ts'))});
      lockDataDirectory(${JSON.stringify(dataDir)});
      console.log('locked');
      setInterval(() => undefined, 1000);
    `;
    const holder = spawn(process.execPath, ['--conditions=@millrace/source', '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      await once(holder.stdout, 'data');
      expect(refusal()).toMatchObject({ code: 'MILLRACE_STORAGE_DIRECTORY_LOCKED' });
    } finally {
      holder.kill('SIGKILL');
      await once(holder, 'exit');
    }

    expect(refusal()).toBeUndefined();
  });

  it('is taken by an engine that was given none, and released by its close', async () => {
    const engine = createLocalLogEngine({ dataDir, clock: systemClock, timers: systemTimers, logger: silentLogger });
    await engine.start();

    expect(refusal()).toMatchObject({ code: 'MILLRACE_STORAGE_DIRECTORY_LOCKED' });
    await engine.close();
    expect(refusal()).toBeUndefined();
  });

  it('leaves nothing beside the lock file', () => {
    lockDataDirectory(dataDir).release();

    expect(readdirSync(dataDir)).toEqual(['millrace.lock']);
  });
});

describe('format of the data directory', () => {
  let dataDir: string;

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'millrace-format-'));
  });

  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

  async function start(): Promise<void> {
    const engine = createLocalLogEngine({ dataDir, clock: systemClock, timers: systemTimers, logger: silentLogger });
    await engine.start();
    await engine.close();
  }

  const path = (): string => join(dataDir, 'millrace.format');

  it('refuses a newer one and says which version reads it', async () => {
    await start();
    const format = JSON.parse(readFileSync(path(), 'utf8')) as { version: number };
    writeFileSync(path(), JSON.stringify({ ...format, version: format.version + 1 }));

    await expect(start()).rejects.toMatchObject({
      code: 'MILLRACE_STORAGE_FORMAT',
      message: expect.stringMatching(/has data format 2, this version reads 1; start the newer version/) as string,
    });
  });

  it.each([
    ['unreadable', () => writeFileSync(path(), '{')],
    ['gone while there is a journal', () => rmSync(path())],
  ])('refuses one that is %s', async (_, damage) => {
    await start();
    damage();

    await expect(start()).rejects.toMatchObject({ code: 'MILLRACE_STORAGE_FORMAT' });
  });
});
