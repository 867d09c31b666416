import ts from 'typescript';
import { isGenerated, isTestFile, projectsOf } from './projects.ts';
import type { Check, Finding, Repository } from './repository.ts';

const PAGE = 'docs/reference/errors.md';
const CODE = /^MILLRACE_[A-Z]+(?:_[A-Z]+)+$/;
const OTHER_NAMES = 'Names that are no errors';

/**
 * The codes in the sources and the page that explains them agree, both ways, and a code stands with a package that has it.
 *
 * Environment variables look the same; the page lists them in a section of their own, so that a new code cannot pass for one unseen.
 */
export const errorCodes: Check = {
  name: 'error-codes',
  summary: `every error code is explained in ${PAGE}, and nothing else is`,
  run(repository) {
    if (!repository.paths.includes(PAGE)) return [{ path: PAGE, message: 'is missing: it explains every error code' }];
    const inSources = codesInSources(repository);
    const { explained, otherNames } = readErrorPage(repository.read(PAGE));
    const findings: Finding[] = [];
    for (const [code, places] of inSources) {
      const [first] = places;
      if (first === undefined || otherNames.has(code)) continue;
      if (!explained.has(code)) findings.push({ path: first.path, message: `${code} is not explained in ${PAGE}` });
    }
    for (const [code, section] of explained) {
      const places = inSources.get(code);
      if (places === undefined) {
        findings.push({ path: PAGE, message: `explains ${code}, which no source names` });
      } else if (!places.some(({ packageName }) => packageName === section)) {
        const names = [...new Set(places.map(({ packageName }) => packageName))].join(', ');
        findings.push({ path: PAGE, message: `lists ${code} under ${section}; it is in ${names}` });
      }
    }
    for (const name of otherNames) {
      if (!inSources.has(name)) findings.push({ path: PAGE, message: `names ${name}, which no source names` });
    }
    return findings;
  },
};

interface Place {
  readonly path: string;
  readonly packageName: string;
}

/** String literals of the form of a code, by code. */
function codesInSources(repository: Repository): Map<string, Place[]> {
  const codes = new Map<string, Place[]>();
  for (const { folder, manifest } of projectsOf(repository)) {
    if (folder.startsWith('tools/')) continue;
    for (const path of repository.paths) {
      if (!path.startsWith(`${folder}/src/`) || !path.endsWith('.ts') || isTestFile(path) || isGenerated(path))
        continue;
      const text = repository.read(path);
      if (!text.includes('MILLRACE_')) continue;
      const visit = (node: ts.Node): void => {
        if (ts.isStringLiteralLike(node) && (CODE.test(node.text) || isVariable(node.text))) {
          const places = codes.get(node.text) ?? [];
          codes.set(node.text, [...places, { path, packageName: manifest.name ?? folder }]);
        }
        ts.forEachChild(node, visit);
      };
      visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, false));
    }
  }
  return codes;
}

/** `MILLRACE_PORT` has one word after the prefix; no code is that short. */
function isVariable(text: string): boolean {
  return /^MILLRACE_[A-Z]+$/.test(text);
}

/** Codes in the first column of the page's tables with the heading above them, and the names that are none. */
function readErrorPage(page: string): { explained: Map<string, string>; otherNames: Set<string> } {
  const explained = new Map<string, string>();
  const otherNames = new Set<string>();
  let section = '';
  for (const line of page.split('\n')) {
    const heading = /^## (.+)$/.exec(line)?.[1];
    if (heading !== undefined) section = heading.trim();
    const code = /^\| `(MILLRACE_[A-Z_]+)` +\|/.exec(line)?.[1];
    if (code !== undefined) explained.set(code, section);
    if (section !== OTHER_NAMES) continue;
    for (const [, name] of line.matchAll(/`(MILLRACE_[A-Z_]+)`/g)) if (name !== undefined) otherNames.add(name);
  }
  return { explained, otherNames };
}
