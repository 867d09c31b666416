import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '../client.ts';
import { CACHE_DIR, PROGRAMS_DIR } from '../paths.ts';
import { runOrThrow } from '../processes.ts';
import { requireCommand } from '../toolchain.ts';

export const franzGo: Client = {
  name: 'franz-go',
  title: 'franz-go',
  async prepare() {
    await requireCommand('go', ['version'], 'install Go 1.25 or newer');
    const cwd = join(PROGRAMS_DIR, 'go');
    const binary = join(CACHE_DIR, 'franz-go', 'conformance');
    mkdirSync(join(CACHE_DIR, 'franz-go'), { recursive: true });
    await runOrThrow('go', ['mod', 'download'], { cwd });
    await runOrThrow('go', ['build', '-trimpath', '-o', binary, '.'], { cwd });
    return { command: binary, args: [] };
  },
};
