import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { LogProbe, startBroker } from '@millrace/testing';
import { asModule, examplesIn } from './doc-examples.ts';
import { ExampleFolder, readPage, ROOT, runCommand, runFile, type CommandOutcome } from './workspace.ts';

const README = readPage('README.md');
const DOCUMENTED_ADDRESS = '127.0.0.1:9092';
const CLI = join(ROOT, 'apps/cli/src/main.ts');
const MILLRACE = 'npm run millrace --';

const programs = examplesIn('README.md', README, ['ts', 'js']);
const commands = examplesIn('README.md', README, ['sh'])
  .flatMap(({ code }) => code.split('\n'))
  .map((line) => line.replace(/\s+#.*$/, '').trim())
  .filter((line) => line !== '');

/** The broker that the page tells to start answers at another port here. */
function at(port: number, text: string): string {
  return text.replaceAll(DOCUMENTED_ADDRESS, `127.0.0.1:${port}`);
}

async function runProgram(containing: string, port = 0): Promise<CommandOutcome> {
  const program = programs.find(({ code }) => code.includes(containing));
  if (program === undefined) throw new Error(`the README has no program with ${containing} any more`);
  using folder = new ExampleFolder();
  return await runFile(folder.write('example.ts', at(port, asModule(program))));
}

describe('programs of the README', () => {
  it('are those that are run here', () => {
    expect(programs).toHaveLength(3);
  });

  it('produce with kafkajs', async () => {
    await using broker = await startBroker();
    await using probe = await LogProbe.connect({ port: broker.port });
    // The page creates it by command.
    await probe.createTopic('shipments');

    const { code, stdout, stderr } = await runProgram('kafkajs', broker.port);

    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    // What the page says of a topic that exists, and nothing else.
    const warnings = stderr
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('(Use `node --trace-warnings'));
    const known = /"level":"WARN".*partitioner|TimeoutNegativeWarning|^Timeout duration was set to 1\.$/;
    expect(warnings.filter((line) => !known.test(line))).toEqual([]);
    const records = await probe.readAll('shipments', 0);
    expect(records.map(({ value }) => value)).toEqual(['{"item":"lungo","count":2}']);
  });

  it('read with the client of this project what kafkajs wrote', async () => {
    await using broker = await startBroker();
    await using probe = await LogProbe.connect({ port: broker.port });
    await probe.createTopic('shipments');
    await runProgram('kafkajs', broker.port);

    const { code, stdout } = await runProgram('@millrace/sdk', broker.port);

    expect({ code, stdout }).toEqual({ code: 0, stdout: "customer-1 { item: 'lungo', count: 2 }\n" });
  });

  it('produce and consume with the client of this project', async () => {
    await using broker = await startBroker();
    await using probe = await LogProbe.connect({ port: broker.port });
    await probe.createTopic('shipments');

    const { code, stdout } = await runProgram('@millrace/sdk', broker.port);

    expect({ code, stdout }).toEqual({ code: 0, stdout: "customer-1 { item: 'espresso', count: 1 }\n" });
  });

  it('start a broker in memory', async () => {
    const { code, stdout } = await runProgram('createBroker');

    expect(code).toBe(0);
    expect(stdout).toMatch(/^\{ host: '127\.0\.0\.1', port: \d+ \}\n$/);
  });
});

describe('commands of the README', () => {
  it('are scripts of the root, kcat, or the millrace command', () => {
    const { scripts } = JSON.parse(readPage('package.json')) as { scripts: Record<string, string> };
    for (const command of commands) {
      if (command.includes('kcat ') || command.startsWith(MILLRACE)) continue;
      const script = /^npm (?:run )?([a-z:]+)(?: -- .+)?$/.exec(command)?.[1] ?? '';
      expect(scripts).toHaveProperty([script]);
    }
  });

  it('create and describe topics', async () => {
    await using broker = await startBroker();

    const outcomes: CommandOutcome[] = [];
    for (const command of commands.filter((line) => line.startsWith(MILLRACE))) {
      const args = command.slice(MILLRACE.length).trim().split(' ');
      outcomes.push(await runFile(CLI, [...args, '--bootstrap-server', at(broker.port, DOCUMENTED_ADDRESS)]));
    }

    expect(outcomes.map(({ code }) => code)).toEqual([0, 0]);
    expect(outcomes.at(-1)?.stdout).toMatch(/retention\.ms\W+86400000/);
  });

  const withKcat = spawnSync('kcat', ['-V']).error === undefined ? it : it.skip;
  withKcat('write and read with kcat (skipped where kcat is not installed)', async () => {
    const lines = commands.filter((line) => line.includes('kcat '));
    expect(lines).toHaveLength(2);
    await using broker = await startBroker();

    const { code, stdout } = await runCommand('sh', ['-ec', at(broker.port, lines.join('\n'))]);

    expect({ code, stdout }).toEqual({ code: 0, stdout: 'hello\n' });
  });
});
