/**
 * Optional native parts: loads an npm package whose binary may not exist for this platform.
 *
 * Owns: the decision, made once per package on first use, whether the native implementation serves this process.
 * Invariant: nothing here throws; a package that fails to load means "use the JavaScript implementation".
 * Not here: the implementations themselves.
 */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const loaded = new Map<string, unknown>();

/** The package's exports, or undefined when it or its binary is missing, or when `MILLRACE_NATIVE_CODECS` is `off`. */
export function loadNative(packageName: string): unknown {
  if (!loaded.has(packageName)) loaded.set(packageName, tryRequire(packageName));
  return loaded.get(packageName);
}

function tryRequire(packageName: string): unknown {
  if (process.env['MILLRACE_NATIVE_CODECS'] === 'off') return undefined;
  try {
    return require(packageName);
  } catch {
    return undefined;
  }
}
