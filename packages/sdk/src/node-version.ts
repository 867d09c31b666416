import { KafkaError } from './error.ts';

/** What package.json says in `engines`, which npm only warns of: the first that has both promises with resolvers and zstd. */
const NEEDED = [22, 15] as const;

/** Throws on a Node that would do until something is used that it does not have. */
export function checkNodeVersion(found: string): void {
  const [major = 0, minor = 0] = found.split('.').map(Number);
  if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) return;
  const needed = NEEDED.join('.');
  throw new KafkaError(
    'MILLRACE_CLIENT_UNSUPPORTED_NODE',
    `this client needs Node ${needed} or newer, and this is Node ${found}: run the program with a newer Node`,
    { details: { needed, found } },
  );
}
