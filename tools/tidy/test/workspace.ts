/** The checkout, and a folder inside it in which examples find its packages as users' programs would. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../../..');
/** Of one command. */
const END_MS_MAX = 60_000;

export function readPage(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** Pages whose examples must compile: of the root, of projects, and everything under docs. */
export function documentedPages(): string[] {
  const projects = ['packages', 'apps', 'tools'].flatMap((group) =>
    readdirSync(join(ROOT, group)).map((name) => `${group}/${name}`),
  );
  const docs = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).map((name) => `docs/${name}`);
  const readmes = projects.flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((name) => name === 'README.md')
      .map((name) => `${folder}/${name}`),
  );
  return [
    'README.md',
    'ARCHITECTURE.md',
    'CONTRIBUTING.md',
    ...readmes,
    ...docs.filter((path) => path.endsWith('.md')),
  ];
}

/** Removed with `using`. Inside the checkout, since Node looks for packages upwards from the file that imports them. */
export class ExampleFolder implements Disposable {
  readonly path: string;

  constructor() {
    const parent = join(ROOT, '.nx', 'doc-examples');
    mkdirSync(parent, { recursive: true });
    this.path = mkdtempSync(join(parent, 'run-'));
    this.write('package.json', JSON.stringify({ type: 'module' }));
  }

  /** Answers the path of the file. */
  write(name: string, text: string): string {
    const path = join(this.path, name);
    writeFileSync(path, text);
    return path;
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

export interface CommandOutcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, from the root of the checkout. */
export function runCommand(command: string, args: readonly string[]): Promise<CommandOutcome> {
  return new Promise((resolveOutcome, reject) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], timeout: END_MS_MAX });
    const [stdout, stderr]: [string[], string[]] = [[], []];
    child.stdout.setEncoding('utf8').on('data', (text: string) => stdout.push(text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => stderr.push(text));
    child.once('error', reject);
    child.once('close', (code) => resolveOutcome({ code, stdout: stdout.join(''), stderr: stderr.join('') }));
  });
}

/** Runs a TypeScript file from the sources of the packages that it imports. */
export function runFile(path: string, args: readonly string[] = []): Promise<CommandOutcome> {
  return runCommand(process.execPath, ['--conditions=@millrace/source', path, ...args]);
}
