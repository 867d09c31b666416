/** The connectors of the peer, from Maven Central; kept in the cache that has the jars of Apache Kafka. */
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { MissingToolchain } from '../brokers/java.ts';
import { runCommand } from '../brokers/child-processes.ts';

export const DEBEZIUM_VERSION = '3.6.0.Final';

const ARTIFACTS = ['debezium-connector-postgres', 'debezium-connector-jdbc'] as const;
const FETCH_MS = 600_000;

/** The folder for `plugin.path`. */
export async function findDebezium(): Promise<string> {
  const cache = process.env['MILLRACE_CACHE'] ?? join(homedir(), '.cache', 'millrace-peers');
  const folder = join(cache, `debezium-${DEBEZIUM_VERSION}`);
  for (const artifact of ARTIFACTS) {
    // The archives have a folder of this name.
    if (existsSync(join(folder, artifact))) continue;
    const archives = join(cache, 'archives');
    mkdirSync(archives, { recursive: true });
    mkdirSync(folder, { recursive: true });
    const coordinate = `io.debezium:${artifact}:${DEBEZIUM_VERSION}:tar.gz:plugin`;
    try {
      const copy = ['-q', '-B', 'dependency:copy', `-Dartifact=${coordinate}`, `-DoutputDirectory=${archives}`];
      await runCommand('mvn', copy, { timeoutMs: FETCH_MS });
    } catch (error) {
      throw new MissingToolchain(
        `${coordinate} could not be fetched: install Maven (Debian: apt install maven) and see that it reaches Maven Central, or ` +
          'measure ours alone with --alone',
        { cause: error },
      );
    }
    const archive = join(archives, `${artifact}-${DEBEZIUM_VERSION}-plugin.tar.gz`);
    await runCommand('tar', ['xzf', archive, '-C', folder], { timeoutMs: FETCH_MS });
  }
  return folder;
}
