/** What Jackson escapes in another way: control characters whose number has a letter, and characters beyond 16 bits. */
// eslint-disable-next-line no-control-regex -- these are what it is about
const OTHERWISE_ESCAPED = /[\u000b\u000e\u000f\u001a-\u001f\ud800-\udfff]/;

/** A text in quotes, escaped as Jackson does. */
export function quoted(text: string): string {
  const json = JSON.stringify(text);
  if (!OTHERWISE_ESCAPED.test(text)) return json;
  return json.replace(/\\u([\da-f]{4})|\\.|([\ud800-\udfff])/g, (part: string, code?: string, surrogate?: string) => {
    const hex = code ?? surrogate?.charCodeAt(0).toString(16);
    return hex === undefined ? part : `\\u${hex.toUpperCase()}`;
  });
}

export function base64Of(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** Index after the JSON value that begins at `start`; -1 when the text ends before. Only for text that is known to be JSON. */
export function endOfJsonValue(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const char = text[at];
    if (char === '"') {
      for (at++; at < text.length && text[at] !== '"'; at++) if (text[at] === '\\') at++;
    } else if (char === '{' || char === '[') {
      depth++;
    } else if (char === '}' || char === ']') {
      depth--;
      if (depth < 0) return at;
      if (depth === 0) return at + 1;
      continue;
    } else if (char === ',' && depth === 0) {
      return at;
    } else {
      continue;
    }
    if (depth === 0) return at + 1;
  }
  return -1;
}
