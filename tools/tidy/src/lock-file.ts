import type { Check, Finding } from './repository.ts';

interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/**
 * The lock file can be installed from.
 *
 * When a package lists platform packages that the registry does not have, `npm install` leaves them out of the lock
 * file and `npm ci` then refuses it. And an address in the lock file ties everybody to one registry.
 */
export const lockFile: Check = {
  name: 'lock-file',
  summary: 'every optional dependency has an entry, nothing is tied to one registry',
  run(repository) {
    return repository.paths
      .filter((path) => /(?:^|\/)package-lock\.json$/.test(path))
      .flatMap((path) => {
        const { packages = {} } = JSON.parse(repository.read(path)) as { packages?: Record<string, LockedPackage> };
        const names = new Set(
          Object.keys(packages).map((key) => key.slice(key.lastIndexOf('node_modules/') + 'node_modules/'.length)),
        );
        return Object.entries(packages).flatMap(([key, entry]): Finding[] => {
          const missing = Object.keys(entry.optionalDependencies ?? {}).filter((name) => !names.has(name));
          const findings = missing.map((name) => ({
            path,
            message: `${key === '' ? 'the root' : key} wants ${name}, which has no entry: npm ci would fail; pin an older version`,
          }));
          if (entry.resolved?.startsWith('http') === true) {
            findings.push({
              path,
              message: `${key} names a registry (${new URL(entry.resolved).host}); set omit-lockfile-registry-resolved`,
            });
          }
          if (
            entry.version !== undefined &&
            entry.link !== true &&
            key.includes('node_modules/') &&
            entry.integrity === undefined
          ) {
            findings.push({ path, message: `${key} has no integrity` });
          }
          return findings;
        });
      });
  },
};
