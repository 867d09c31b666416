/**
 * `profile [--quick] [--write] [--only load,…]`: where our broker's time and allocations go under load.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { buildBroker } from './brokers/build.ts';
import { findJava } from './brokers/java.ts';
import { KafkaTools } from './brokers/kafka-tools.ts';
import { describeMachine, today } from './brokers/machine.ts';
import { DOCUMENT_DIR } from './brokers/paths.ts';
import { reportProfiles, reportProfileSection } from './brokers/profile-report.ts';
import { PROFILED_LOADS, profileLoad, type LoadProfile } from './brokers/profile-run.ts';
import { writeSection } from './figures-section.ts';
import { say } from './progress-lines.ts';
import { inWorkFolder } from './work-folder.ts';

/** Larger ones do not belong into a repository. */
const PROFILE_BYTES_MAX = 1_000_000;

export async function profileCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      only: { type: 'string' },
    },
  });
  const names = values.only?.split(',') ?? PROFILED_LOADS.map(({ name }) => name);
  const unknown = names.filter((name) => !PROFILED_LOADS.some((load) => load.name === name));
  if (unknown.length > 0) {
    const known = PROFILED_LOADS.map(({ name }) => name).join(', ');
    process.stderr.write(`there is no load "${unknown.join('", "')}"; there are: ${known}\n`);
    return 2;
  }
  return inWorkFolder('profile', async (workDir) => {
    const java = await findJava();
    await buildBroker();
    const machine = describeMachine(java);
    const tools = new KafkaTools(java);
    const profiles: LoadProfile[] = [];
    for (const load of PROFILED_LOADS.filter(({ name }) => names.includes(name))) {
      say(`profiling ${load.name}`);
      profiles.push(await profileLoad(load, { java, tools, workDir, isQuick: values.quick }));
    }
    const command = ['node --conditions=@millrace/source tools/bench/src/main.ts profile', ...args].join(' ');
    const context = { date: today(), machine, command };
    const report = reportProfiles(profiles, context);
    process.stdout.write(`${report}\n`);
    if (values.write) await write(report, reportProfileSection(profiles, context), profiles);
    return 0;
  });
}

async function write(report: string, section: string, profiles: readonly LoadProfile[]): Promise<void> {
  mkdirSync(DOCUMENT_DIR, { recursive: true });
  for (const { load, cpuProfile, heapProfile } of profiles) {
    keep(`${load.name}.cpuprofile.gz`, cpuProfile);
    keep(`${load.name}.heapprofile.gz`, heapProfile);
  }
  const page = join(DOCUMENT_DIR, 'profile.md');
  writeFileSync(page, `${report}\n`);
  await writeSection('profile', section, [page]);
}

function keep(name: string, text: string): void {
  const path = join(DOCUMENT_DIR, name);
  const packed = gzipSync(text, { level: 9 });
  if (packed.length < PROFILE_BYTES_MAX) {
    writeFileSync(path, packed);
    return;
  }
  rmSync(path, { force: true });
  say(`${name} has ${packed.length} bytes and is not kept`);
}
