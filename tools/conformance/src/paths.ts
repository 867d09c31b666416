import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const TOOL_DIR = fileURLToPath(new URL('..', import.meta.url));
export const REPO_ROOT = fileURLToPath(new URL('../../..', import.meta.url));
export const PROGRAMS_DIR = join(TOOL_DIR, 'programs');
export const REFERENCE_SCRIPT = join(TOOL_DIR, 'reference', 'apache-kafka.sh');

/** Where downloaded clients stay between runs. */
export const CACHE_DIR = process.env['MILLRACE_CACHE'] ?? join(homedir(), '.cache', 'millrace-peers');
