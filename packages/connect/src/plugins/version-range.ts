/** Versions of plugins, and ranges of them as npm (`^1.2`, `~1.2.3`, `1.x`) and Maven (`[1.0,2.0)`) write them (KIP-891). */

/** Below 0 when `a` is older. A version with a suffix (`-SNAPSHOT`, `-rc.1`) is older than the one without. */
export function compareVersions(a: string, b: string): number {
  const [numbersA, suffixA] = split(a);
  const [numbersB, suffixB] = split(b);
  for (let index = 0; index < Math.max(numbersA.length, numbersB.length); index++) {
    const difference = (numbersA[index] ?? 0) - (numbersB[index] ?? 0);
    if (difference !== 0) return difference;
  }
  if (suffixA === suffixB) return 0;
  if (suffixA === '' || suffixB === '') return suffixA === '' ? 1 : -1;
  return suffixA.localeCompare(suffixB, 'en', { numeric: true });
}

/** Whether the text is a range at all. */
export function isRange(range: string): boolean {
  return MAVEN.test(range) || NPM.test(range);
}

/** A version alone is meant exactly; false for what is no range. */
export function isInRange(version: string, range: string): boolean {
  const text = range.trim();
  const maven = MAVEN.exec(text)?.groups;
  if (maven !== undefined) return isInMavenRange(version, maven);
  const npm = NPM.exec(text)?.groups;
  if (npm === undefined) return false;
  const given = [npm['major'], npm['minor'], npm['patch']].filter((part) => part !== undefined && !/[x*]/.test(part));
  const base = given.map(Number);
  switch (npm['mark']) {
    case '^':
      return compareVersions(version, numbersText(base)) >= 0 && isBelowNext(version, base, firstSet(base));
    case '~':
      return (
        compareVersions(version, numbersText(base)) >= 0 && isBelowNext(version, base, Math.min(1, base.length - 1))
      );
    default:
      if (given.length === 3) return compareVersions(version, text) === 0;
      if (/[x*]/.test(text)) return given.length === 0 || isBelowNext(version, base, base.length - 1, true);
      return compareVersions(version, text) === 0;
  }
}

const NPM = /^(?<mark>[\^~]?)(?<major>\d+|x|\*)(?:\.(?<minor>\d+|x|\*))?(?:\.(?<patch>\d+|x|\*))?(?:[-.][\w.-]+)?$/;
const MAVEN = /^(?<from>[[(])\s*(?<low>[^,\])]*?)\s*(?<comma>,?)\s*(?<high>[^,\])]*?)\s*(?<to>[\])])$/;

function isInMavenRange(version: string, groups: Readonly<Record<string, string | undefined>>): boolean {
  const { from, low = '', comma, high = '', to } = groups;
  if (comma === '') return compareVersions(version, low + high) === 0;
  if (low !== '') {
    const difference = compareVersions(version, low);
    if (from === '[' ? difference < 0 : difference <= 0) return false;
  }
  if (high === '') return true;
  const difference = compareVersions(version, high);
  return to === ']' ? difference <= 0 : difference < 0;
}

/** Below the version whose number at `index` is one more. */
function isBelowNext(version: string, base: readonly number[], index: number, isAtLeast = false): boolean {
  if (isAtLeast && compareVersions(version, numbersText(base)) < 0) return false;
  const next = base.slice(0, index + 1);
  next[index] = (next[index] ?? 0) + 1;
  return compareVersions(version, numbersText(next)) < 0;
}

function firstSet(base: readonly number[]): number {
  const index = base.findIndex((part) => part > 0);
  return index < 0 ? base.length - 1 : index;
}

const numbersText = (numbers: readonly number[]): string => numbers.join('.');

function split(version: string): [readonly number[], string] {
  const [, numbers = '', suffix = ''] = /^v?(\d+(?:\.\d+)*)(.*)$/.exec(version.trim()) ?? [];
  return [numbers === '' ? [] : numbers.split('.').map(Number), suffix];
}
