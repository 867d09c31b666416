/** Kafka's command line tools, started by class name; one JVM each. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { run, type RunResult } from '../../src/processes.ts';
import { assert, BOOTSTRAP, equal, type CaseContext } from '../harness.ts';

const CLASSES = {
  topics: 'org.apache.kafka.tools.TopicCommand',
  configs: 'kafka.admin.ConfigCommand',
  producer: 'org.apache.kafka.tools.ConsoleProducer',
  consumer: 'org.apache.kafka.tools.consumer.ConsoleConsumer',
  groups: 'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand',
  allGroups: 'org.apache.kafka.tools.GroupsCommand',
  offsets: 'org.apache.kafka.tools.GetOffsetShell',
  deleteRecords: 'org.apache.kafka.tools.DeleteRecordsCommand',
  producerPerf: 'org.apache.kafka.tools.ProducerPerformance',
  consumerPerf: 'org.apache.kafka.tools.ConsumerPerformance',
  verifiableProducer: 'org.apache.kafka.tools.VerifiableProducer',
  verifiableConsumer: 'org.apache.kafka.tools.VerifiableConsumer',
  apiVersions: 'org.apache.kafka.tools.BrokerApiVersionsCommand',
  cluster: 'org.apache.kafka.tools.ClusterTool',
  logDirs: 'org.apache.kafka.tools.LogDirsCommand',
  transactions: 'org.apache.kafka.tools.TransactionsCommand',
  election: 'org.apache.kafka.tools.LeaderElectionCommand',
  reassign: 'org.apache.kafka.tools.reassign.ReassignPartitionsCommand',
  features: 'org.apache.kafka.tools.FeatureCommand',
} as const;

export type Tool = keyof typeof CLASSES;

const JVM = [
  ...(process.env['CONFORMANCE_JVM'] ?? '').split(' ').filter((flag) => flag !== ''),
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=error',
  '-cp',
  process.env['CONFORMANCE_CLASSPATH'] ?? '',
];

/** Arguments of `java` for a class of Kafka's. */
export function javaCommand(className: string, args: readonly string[]): string[] {
  return [...JVM, className, ...args];
}

function commandLine(tool: Tool, args: readonly string[]): string[] {
  const broker = ['--bootstrap-server', BOOTSTRAP];
  // The cluster tool wants its subcommand first.
  return javaCommand(CLASSES[tool], tool === 'cluster' ? [...args, ...broker] : [...broker, ...args]);
}

export function tryTool(tool: Tool, args: readonly string[], input = ''): Promise<RunResult> {
  return run('java', commandLine(tool, args), { input, timeoutMs: 60_000 });
}

/** What the tool printed on stdout; anything but exit code 0 is an error. */
export async function tool(name: Tool, args: readonly string[], input = ''): Promise<string> {
  const result = await tryTool(name, args, input);
  const said = `${result.stdout}\n${result.stderr}`.trim().slice(-800);
  assert(result.code === 0, `${name} ${args.join(' ')} ended with code ${result.code}: ${said}`);
  return result.stdout;
}

/** The tool must fail and say what the pattern expects. */
export async function refused(name: Tool, args: readonly string[], pattern: RegExp): Promise<void> {
  const result = await tryTool(name, args);
  const said = result.stdout + result.stderr;
  assert(
    pattern.test(said),
    `${name} ${args.join(' ')} was not refused with ${pattern}: code ${result.code}, ${said.slice(-500)}`,
  );
}

/** Starts a tool that prints a JSON event per line and collects the events. */
export class EventTool {
  readonly events: { name: string; [field: string]: unknown }[] = [];
  readonly ended: Promise<number | null>;
  readonly #kill: () => void;

  constructor(context: CaseContext, name: Tool, args: readonly string[]) {
    const child = spawn('java', commandLine(name, args), { stdio: ['ignore', 'pipe', 'inherit'] });
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('{')) this.events.push(JSON.parse(line) as { name: string });
    });
    this.ended = new Promise((resolve) => child.once('close', resolve));
    this.#kill = (): void => void child.kill('SIGTERM');
    context.after(() => child.kill('SIGKILL'));
  }

  named(name: string): { [field: string]: unknown }[] {
    return this.events.filter((event) => event.name === name);
  }

  terminate(): void {
    this.#kill();
  }
}

/** A properties file for `--command-config`, removed with the case. */
export async function propertiesFile(context: CaseContext, properties: Record<string, string>): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'conformance-tools-'));
  context.after(() => rm(dir, { recursive: true }));
  const file = join(dir, 'client.properties');
  const lines = Object.entries(properties).map(([name, value]) => `${name}=${value}\n`);
  await writeFile(file, lines.join(''));
  return file;
}

export async function createTopic(context: CaseContext, partitions = 1, suffix?: string): Promise<string> {
  const topic = context.name(suffix);
  const printed = await tool('topics', ['--create', '--topic', topic, '--partitions', String(partitions)]);
  equal(printed.trim(), `Created topic ${topic}.`, 'what the tool printed');
  return topic;
}

export async function produce(topic: string, lines: readonly string[], args: readonly string[] = []): Promise<void> {
  await tool('producer', ['--topic', topic, ...args], lines.map((line) => `${line}\n`).join(''));
}

/** Lines of the console consumer after exactly `count` records. */
export async function consume(topic: string, count: number, args: readonly string[]): Promise<string[]> {
  const printed = await tool('consumer', [
    '--topic',
    topic,
    '--max-messages',
    String(count),
    '--timeout-ms',
    '15000',
    ...args,
  ]);
  const lines = printed.split('\n').filter((line) => line !== '');
  equal(lines.length, count, `records of ${topic}`);
  return lines;
}

export function print(...properties: string[]): string[] {
  return properties.flatMap((name) => ['--formatter-property', `print.${name}=true`]);
}

export async function endOffsets(topic: string, time = '-1'): Promise<string[]> {
  return (await tool('offsets', ['--topic', topic, '--time', time])).trim().split('\n');
}
