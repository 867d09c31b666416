import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createTempDir, type TempDir } from '@millrace/testing';
import { CliBroker } from './cli-broker.ts';

const GUIDE = resolve('../../docs/guides/cli.md');

describe('docs/guides/cli.md', () => {
  let cli: CliBroker;
  let dir: TempDir;
  let guide: string;

  beforeAll(async () => {
    cli = await CliBroker.start({ topics: { orders: 3 } });
    dir = await createTempDir('cli-guide');
    guide = await readFile(GUIDE, 'utf8');
  });

  afterAll(async () => {
    await cli[Symbol.asyncDispose]();
    await dir.remove();
  });

  it('has examples that work, in their order', async () => {
    const blocks = [...guide.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
    expect(blocks.length).toBeGreaterThan(6);

    for (const block of blocks) {
      const outcome = await cli.shell(`set -e\n${block}`, dir.path);

      expect({ block, ...outcome }).toEqual({ block, code: 0, signal: null, stdout: outcome.stdout, stderr: '' });
    }
  });

  it('names every command', async () => {
    const { stdout } = await cli.run(['completion', 'bash']);
    const [, paths = ''] = /case "\$here \$word" in\n\s+(.*?)\) here=/.exec(stdout) ?? [];
    const commands = [...paths.matchAll(/"millrace ([^"]+)"/g)].map(([, path = '']) => path.split(' '));
    expect(commands.length).toBeGreaterThan(20);

    for (const [name = '', subcommand] of commands) {
      expect(guide).toMatch(new RegExp(`\`${name}\\b`));
      if (subcommand !== undefined) expect(guide).toMatch(new RegExp(`\`${name} [^\`]*\\b${subcommand}\\b`));
    }
  });

  it('is accompanied by examples in the help of every command that talks to a cluster', async () => {
    const helps = await Promise.all(
      [
        ['produce'],
        ['consume'],
        ['topics', 'alter'],
        ['groups', 'reset-offsets'],
        ['configs', 'alter'],
        ['perf', 'produce'],
      ].map((path) => cli.run([...path, '--help'])),
    );

    for (const { stdout, code } of helps) {
      expect(code).toBe(0);
      expect(stdout).toMatch(/\nExamples?:\n {2}.*millrace /);
      expect(stdout).toMatch(/--bootstrap-server/);
    }
  });

  it('gives shells what they complete', async () => {
    const script = await cli.run(['completion', 'bash']);
    expect(script).toMatchObject({ code: 0, stderr: '' });

    const complete = async (words: string): Promise<string[]> => {
      const list = words.split(' ');
      const outcome = await cli.shell(
        `source <(millrace completion bash)\nCOMP_WORDS=(${list.map((word) => `"${word}"`).join(' ')})\n` +
          `COMP_CWORD=${String(list.length - 1)}\n_millrace\nprintf '%s\\n' "\${COMPREPLY[@]}"`,
      );
      expect(outcome.stderr).toBe('');
      return outcome.stdout.trim().split('\n');
    };

    expect(await complete('millrace to')).toEqual(['topics']);
    expect(await complete('millrace topics c')).toEqual(['create']);
    expect(await complete('millrace topics create orders --part')).toEqual(['--partitions']);
    expect((await cli.run(['completion', 'tcsh'])).code).toBe(2);
  });
});
