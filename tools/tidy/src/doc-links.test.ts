import { docLinks, headingAnchors, linksIn } from './doc-links.ts';
import { repositoryOf } from './repository.ts';

const messagesOf = (files: Record<string, string>) =>
  docLinks.run(repositoryOf(files)).map(({ path, message }) => `${path}: ${message}`);

describe('linksIn', () => {
  it('finds inline links, images and references, and leaves web addresses alone', () => {
    const markdown = '[a](a.md) ![b](img/b.png "title") [c](https://example.org) [d](mailto:x@y.z)\n\n[e]: ../e.md\n';
    expect(linksIn(markdown)).toEqual(['a.md', 'img/b.png', '../e.md']);
  });

  it('does not read code', () => {
    expect(linksIn('`[a](a.md)`\n\n```md\n[b](b.md)\n```\n')).toEqual([]);
  });
});

describe('headingAnchors', () => {
  it('makes the anchors that the web page will have', () => {
    const anchors = headingAnchors(
      '# What it is, and is not\n## `npm start`\n## Same\n## Same\n```\n# no heading\n```\n',
    );
    expect([...anchors]).toEqual(['what-it-is-and-is-not', 'npm-start', 'same', 'same-1']);
  });
});

describe('doc-links', () => {
  it('accepts files, folders and headings that exist', () => {
    const guide = '[up](../README.md#start-here) [folder](adr) [here](#own)\n\n## Own\n';
    expect(messagesOf({ 'README.md': '# Start here\n', 'docs/guide.md': guide, 'docs/adr/0001.md': '' })).toEqual([]);
  });

  it('names a file that does not exist', () => {
    expect(messagesOf({ 'docs/guide.md': '[x](missing.md)' })).toEqual([
      'docs/guide.md: the link to missing.md leads nowhere',
    ]);
  });

  it('names a heading that does not exist', () => {
    expect(messagesOf({ 'README.md': '[x](docs/a.md#gone)', 'docs/a.md': '# Here' })).toEqual([
      'README.md: the link to docs/a.md#gone names a heading that docs/a.md does not have',
    ]);
  });
});
