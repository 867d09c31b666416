import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { removeFolder } from './brokers/build.ts';
import { killAllOnSignals } from './brokers/child-processes.ts';
import { MissingToolchain } from './brokers/java.ts';
import { WORK_DIR } from './brokers/paths.ts';
import { say } from './progress-lines.ts';

/** In a folder of its own, which is gone afterwards. Resolves with the exit code; a toolchain that is missing is told in a line. */
export async function inWorkFolder(name: string, work: (workDir: string) => Promise<number>): Promise<number> {
  mkdirSync(WORK_DIR, { recursive: true });
  const workDir = mkdtempSync(join(WORK_DIR, `${name}-`));
  killAllOnSignals(() => removeFolder(workDir));
  try {
    return await work(workDir);
  } catch (error) {
    if (!(error instanceof MissingToolchain)) throw error;
    say(error.message);
    return 1;
  } finally {
    removeFolder(workDir);
  }
}
