/** The demo of Connect as its users run it, with fewer flights. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { isRedisServerAvailable, isS3ServerAvailable } from '@millrace/connect-testkit';

const MAIN = join(__dirname, '..', 'src', 'connect', 'main.ts');

/** Ends by itself. */
async function run(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, ['--conditions=@millrace/source', '--no-warnings', MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { code, ...said };
}

const missing = [
  ...(isS3ServerAvailable() ? [] : ['versitygw']),
  ...(isRedisServerAvailable() ? [] : ['valkey-server']),
];
const itWithServers = missing.length === 0 ? it : it.skip;
const needs = missing.length === 0 ? '' : ` (needs ${missing.join(' and ')})`;

itWithServers(`npm run demo:connect brings every row to S3 and Redis, over a kill -9${needs}`, async () => {
  const { code, stdout, stderr } = await run('--flights', '3000', '--pace', '1000');

  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/killed the worker \(kill -9\) and restarted it/);
  expect(stdout).toMatch(/rows in Postgres +3,000 flights/);
  expect(stdout).toMatch(/in the topic +3,000 flights, doubled 0/);
  expect(stdout).toMatch(/in S3 +3,000 rows in \d+ Parquet files/);
  expect(stdout).toMatch(/compared row by row +missing 0, different 0, doubled 0, foreign 0/);
  expect(stdout).toMatch(/leaderboard in Redis +\d+ airports, 3,000 departures, wrong 0/);
  expect(stdout.endsWith('OK: everything arrived and is equal, nothing doubled\n')).toBe(true);
});

it('npm run demo:connect refuses wrong usage with exit code 2', async () => {
  const { code, stderr } = await run('--flights', 'many');

  expect(code).toBe(2);
  expect(stderr).toMatch(/--flights takes 1000 to 200000/);
});
