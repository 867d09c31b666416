import { execFileSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir, LogProbe, waitUntil } from '@millrace/testing';
import { brokerOver } from './broker-app.ts';

const MIB = 1024 * 1024;
const TOPIC = 'events';

const itOnLinux = process.platform === 'linux' && canRun('prlimit', ['--version']) ? it : it.skip;
const itWithMounts = process.platform === 'linux' && canMount() ? it : it.skip;

describe('a broker whose disk fails it', () => {
  // Linux alone lets a test take the right to write from a process that runs (prlimit).
  itOnLinux(
    'acknowledges nothing more, ends with 1 and one line, and has all that was acknowledged afterwards',
    async () => {
      await using dir = await createTempDir('failure');
      await using broker = brokerOver(dir.path);
      await broker.start();
      await using probe = await LogProbe.connect({ port: broker.port });
      await probe.createTopic(TOPIC);
      await probe.appendValues(TOPIC, 0, ['before']);
      const acknowledged = ['before'];

      // From now on no file of it may grow, nor be written to beyond its first byte.
      execFileSync('prlimit', ['--pid', String(broker.pid), '--fsize=1']);
      const attempts = Array.from({ length: 20 }, (_, index) =>
        probe.appendValues(TOPIC, 0, [`after ${index}`]).then(() => acknowledged.push(`after ${index}`)),
      );
      const outcomes = await Promise.allSettled(attempts);

      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toEqual([]);
      expect(await broker.ended()).toEqual({ code: 1, signal: null });
      const plain = broker.stderrLines.filter((line) => !line.startsWith('{'));
      expect(plain).toEqual([expect.stringMatching(/^millrace: stopped because nothing could be promised any more: /)]);
      await broker.start();
      await using again = await LogProbe.connect({ port: broker.port });
      const values = (await again.readAll(TOPIC, 0)).map(({ value }) => value);
      expect(values.slice(0, 1)).toEqual(acknowledged);
      // What failed may have reached the disk or not, but only in order.
      expect(values.slice(1)).toEqual(Array.from({ length: values.length - 1 }, (_, index) => `after ${index}`));
    },
  );

  // Needs root, to mount a file system of 24 MiB.
  itWithMounts(
    'refuses appends while the disk is full, goes on reading, and resumes by itself when there is room',
    async () => {
      await using dir = await createTempDir('full');
      const mount = join(dir.path, 'small');
      await mkdir(mount);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', mount]);
      try {
        const filler = join(mount, 'filler');
        await using broker = brokerOver(join(mount, 'data'), ['--millrace.journal.file.bytes=4194304']);
        await broker.start();
        await using probe = await LogProbe.connect({ port: broker.port });
        await probe.createTopic(TOPIC);
        const acknowledged: string[] = [];
        const append = async (): Promise<unknown> => {
          const value = `${acknowledged.length} ${'x'.repeat(100_000)}`;
          await probe.appendValues(TOPIC, 0, [value]);
          return acknowledged.push(value.slice(0, 10));
        };
        for (let index = 0; index < 10; index++) await append();
        // Fills what is left; dd ends with an error when nothing is.
        canRun('dd', ['if=/dev/zero', `of=${filler}`, `bs=${MIB}`, 'count=64']);

        const refusal = await waitUntil('an append to be refused', async () => {
          try {
            await append();
            return undefined;
          } catch (error) {
            return error as Error;
          }
        });
        expect(refusal?.message).toMatch(/KAFKA_STORAGE_ERROR/);
        expect((await probe.readAll(TOPIC, 0)).map(({ value }) => value?.slice(0, 10))).toEqual(acknowledged);
        expect((await fetch(`http://${broker.addresses.ops}/health/live`)).status).toBe(200);

        execFileSync('rm', [filler]);
        await waitUntil('appends to go on', () => append().catch(() => undefined), 20_000);
        await append();
        expect((await probe.readAll(TOPIC, 0)).map(({ value }) => value?.slice(0, 10))).toEqual(acknowledged);
        await probe.close();
        await broker.kill();
        await broker.start();
        await using again = await LogProbe.connect({ port: broker.port });
        expect((await again.readAll(TOPIC, 0)).map(({ value }) => value?.slice(0, 10))).toEqual(acknowledged);
        await broker.kill();
      } finally {
        execFileSync('umount', ['--lazy', mount]);
      }
    },
  );
});

/** Whether it ended with 0. */
function canRun(command: string, argv: readonly string[]): boolean {
  try {
    execFileSync(command, argv, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Tries it and leaves nothing behind. */
function canMount(): boolean {
  return (
    process.getuid?.() === 0 &&
    canRun('sh', ['-c', 'd=$(mktemp -d) && mount -t tmpfs tmpfs "$d" && umount "$d" && rmdir "$d"'])
  );
}
