import { posix } from 'node:path';
import type { Check, Finding, Repository } from './repository.ts';

/** Relative links of Markdown files lead to a file or folder that exists, and to a heading that exists in it. */
export const docLinks: Check = {
  name: 'doc-links',
  summary: 'relative links in Markdown lead somewhere',
  run(repository) {
    const folders = foldersOf(repository);
    const known = new Set(repository.paths);
    return repository.paths
      .filter((path) => path.endsWith('.md'))
      .flatMap((path) =>
        linksIn(repository.read(path)).flatMap((link): Finding[] => {
          const message = judge(link, path, repository, known, folders);
          return message === undefined ? [] : [{ path, message }];
        }),
      );
  },
};

function judge(
  link: string,
  from: string,
  repository: Repository,
  known: ReadonlySet<string>,
  folders: ReadonlySet<string>,
): string | undefined {
  const [file = '', anchor] = link.split('#', 2);
  const target =
    file === '' ? from : posix.normalize(posix.join(posix.dirname(from), decodeURI(file))).replace(/\/$/, '');
  if (!known.has(target)) {
    return folders.has(target) ? undefined : `the link to ${link} leads nowhere`;
  }
  if (anchor === undefined || anchor === '' || !target.endsWith('.md')) return undefined;
  if (headingAnchors(repository.read(target)).has(anchor)) return undefined;
  return `the link to ${link} names a heading that ${file === '' ? 'this page' : file} does not have`;
}

/** Targets of inline links, images and reference definitions; web addresses are not followed. */
export function linksIn(markdown: string): string[] {
  const prose = withoutCode(markdown);
  const inline = [...prose.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)];
  const references = [...prose.matchAll(/^\s{0,3}\[[^\]]+\]:\s+<?(\S+?)>?\s*$/gm)];
  return [...inline, ...references].flatMap(([, target]) =>
    target === undefined || /^[a-z][a-z0-9+.-]*:/i.test(target) || target.startsWith('//') ? [] : [target],
  );
}

/** The anchors that GitHub makes of headings: lower case, punctuation dropped, spaces to dashes, doubles numbered. */
export function headingAnchors(markdown: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of withoutFences(markdown).matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)) {
    const base = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{Letter}\p{Number}\s_-]/gu, '')
      .replaceAll(/\s/g, '-');
    let anchor = base;
    for (let count = 1; anchors.has(anchor); count++) anchor = `${base}-${count}`;
    anchors.add(anchor);
  }
  return anchors;
}

function withoutFences(markdown: string): string {
  return markdown.replaceAll(/^(\s*)(```+|~~~+)[\s\S]*?^\s*\2\s*$/gm, '');
}

function withoutCode(markdown: string): string {
  return withoutFences(markdown).replaceAll(/`[^`\n]*`/g, '');
}

function foldersOf(repository: Repository): Set<string> {
  const folders = new Set<string>(['.']);
  for (const path of repository.paths) {
    for (let folder = posix.dirname(path); folder !== '.'; folder = posix.dirname(folder)) folders.add(folder);
  }
  return folders;
}
