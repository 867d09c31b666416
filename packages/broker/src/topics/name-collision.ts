/**
 * Whether two topic names differ only where one has "." and the other "_": Kafka's metric names cannot tell such topics apart,
 * so the second one is refused.
 */
export function namesCollide(left: string, right: string): boolean {
  if (left.length !== right.length || left === right) return false;
  for (let index = 0; index < left.length; index++) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b && !(isSeparator(a) && isSeparator(b))) return false;
  }
  return true;
}

/** The first of `names` that collides with `name`. */
export function collidingName(name: string, names: Iterable<string>): string | undefined {
  if (!/[._]/.test(name)) return undefined;
  for (const other of names) if (namesCollide(name, other)) return other;
  return undefined;
}

const DOT = 0x2e;
const UNDERSCORE = 0x5f;

function isSeparator(charCode: number): boolean {
  return charCode === DOT || charCode === UNDERSCORE;
}
