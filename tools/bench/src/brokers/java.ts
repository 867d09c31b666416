/**
 * Java and the jars of Apache Kafka: the reference broker and the load tools are the same release.
 */
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from './child-processes.ts';
import { REFERENCE_SCRIPT } from './paths.ts';

const PROBE_MS = 20_000;
const FETCH_MS = 600_000;

export const KAFKA_VERSION = '4.3.1';

export interface JavaToolchain {
  readonly java: string;
  readonly javaVersion: string;
  /** `folder/*` of all jars. */
  readonly classpath: string;
  readonly jars: readonly string[];
}

/** Something is missing on this machine; the message names the remedy. */
export class MissingToolchain extends Error {}

export type Run = (command: string, args: readonly string[], options: { timeoutMs: number }) => Promise<string>;

/** Finds Java, fetches the jars when they are not in the cache yet. */
export async function findJava(run: Run = runCommand): Promise<JavaToolchain> {
  const javaVersion = await versionOf(run);
  let folder: string;
  try {
    folder = (await run('bash', [REFERENCE_SCRIPT, 'libs', KAFKA_VERSION], { timeoutMs: FETCH_MS })).trim();
  } catch (error) {
    throw new MissingToolchain(
      `the jars of Apache Kafka ${KAFKA_VERSION} could not be fetched: install Maven (Debian: apt install maven) and see that it ` +
        'reaches Maven Central, or set MILLRACE_CACHE to a folder that has kafka-4.3.1/libs',
      { cause: error },
    );
  }
  const jars = readdirSync(folder).filter((name) => name.endsWith('.jar'));
  return { java: 'java', javaVersion, classpath: `${folder}/*`, jars: jars.map((name) => join(folder, name)) };
}

async function versionOf(run: Run): Promise<string> {
  try {
    const printed = await run('java', ['--version'], { timeoutMs: PROBE_MS });
    return printed.split('\n')[0] ?? 'java';
  } catch (error) {
    throw new MissingToolchain(
      'there is no java on this machine, and Apache Kafka and its load tools need it: install a JDK of version 17 or newer ' +
        '(Debian: apt install openjdk-17-jdk-headless)',
      { cause: error },
    );
  }
}

/** Reads the jars, so that a tool that starts after the page cache was dropped does not wait for its own code. */
export async function warmJars({ jars }: JavaToolchain): Promise<void> {
  for (const jar of jars) await readFile(jar);
}
