/** The programs of a run: how they are started, and what has to be built before. */
import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { ClientName } from './options.ts';
import { REPO_ROOT } from './soak-broker.ts';

const run = promisify(execFile);

export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
}

export interface PreparedClient {
  readonly name: ClientName;
  readonly launch: Launch;
}

const KAFKA_VERSION = '4.3.1';
/** Fetches the jars of Apache Kafka for the conformance run, and for this. */
const JARS_SCRIPT = join(REPO_ROOT, 'tools/conformance/reference/apache-kafka.sh');
const JAVA_WORKER = fileURLToPath(new URL('../programs/java/SoakWorker.java', import.meta.url));
const CACHE_DIR = process.env['MILLRACE_CACHE'] ?? join(homedir(), '.cache', 'millrace-peers');
const SMALL_JVM = ['-Xshare:auto', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xmx128m'];

function nodeProgram(path: string): Launch {
  const file = fileURLToPath(new URL(path, import.meta.url));
  return { command: process.execPath, args: ['--conditions=@millrace/source', file] };
}

/** What writes the input topic, whoever reads it. */
export const SOURCE = nodeProgram('kafkajs/source/main.ts');

/** Those that this machine can run, and why it cannot run the others. */
export async function prepareClients(
  names: readonly ClientName[],
): Promise<[prepared: readonly PreparedClient[], skipped: readonly string[]]> {
  const prepared: PreparedClient[] = [];
  const skipped: string[] = [];
  for (const name of names) {
    if (name === 'kafkajs') {
      prepared.push({ name, launch: nodeProgram('kafkajs/worker/main.ts') });
    } else if (await hasJava()) {
      prepared.push({ name, launch: await javaProgram() });
    } else {
      skipped.push(`${name}: no javac or mvn on this machine; install a JDK 17 and Maven 3.8 or newer`);
    }
  }
  return [prepared, skipped];
}

async function hasJava(): Promise<boolean> {
  const tries = await Promise.allSettled([run('javac', ['-version']), run('mvn', ['-v'])]);
  return tries.every(({ status }) => status === 'fulfilled');
}

async function javaProgram(): Promise<Launch> {
  const { stdout } = await run('bash', [JARS_SCRIPT, 'libs', KAFKA_VERSION]);
  const jars = `${stdout.trim().split('\n').at(-1) ?? ''}/*`;
  const classes = join(CACHE_DIR, 'soak-classes');
  mkdirSync(classes, { recursive: true });
  await run('javac', ['-cp', jars, '-d', classes, JAVA_WORKER]);
  const quiet = '-Dorg.slf4j.simpleLogger.defaultLogLevel=error';
  return { command: 'java', args: [...SMALL_JVM, quiet, '-cp', `${classes}:${jars}`, 'SoakWorker'] };
}
