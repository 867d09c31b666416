export interface HandlerNotes {
  /** The first paragraph: name, versions, and what the API does. */
  readonly title: string;
  /** The title without name and versions. */
  readonly summary: string;
  readonly paragraphs: readonly string[];
}

/** What the header comment of a handler file says, a paragraph a string; which test pins it is for those who read the source. */
export function handlerNotes(source: string, file: string): HandlerNotes {
  const comment = /^\/\*\*\n([\s\S]*?)\n \*\//.exec(source)?.[1];
  if (comment === undefined) throw new Error(`${file} has no header comment: say which versions it serves, and how`);
  const [title = '', ...paragraphs] = comment
    .split('\n')
    .map((line) => line.replace(/^ \* ?/, '').trim())
    .join('\n')
    .split(/\n\n+/)
    .map((paragraph) => paragraph.replaceAll('\n', ' ').replace(/ ?Pinned by [^ ].*$/, ''))
    .filter((paragraph) => paragraph !== '');
  const summary = /^[^:]+:\s*(.+?)\.?$/.exec(title)?.[1];
  if (summary === undefined) throw new Error(`the header of ${file} does not begin with "Name versions: what it does"`);
  return { title, summary, paragraphs };
}
