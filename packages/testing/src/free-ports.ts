/**
 * Ports for brokers that are restarted under their clients.
 *
 * They lie below the range from which the kernel takes the ports of outgoing connections: while the broker is away, its
 * clients keep connecting, and one of them could get the broker's own port (and even connect to itself).
 */
import { createServer } from 'node:net';

const FIRST = 12_000;
const LAST = 32_000;

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** The first of `count` neighbouring ports that are all free now. */
export async function findFreePorts(count: number): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const first = FIRST + Math.floor(Math.random() * (LAST - FIRST - count));
    const free = await Promise.all(Array.from({ length: count }, (_, index) => isFree(first + index)));
    if (free.every(Boolean)) return first;
  }
  throw new Error(`found no ${count} neighbouring free ports between ${FIRST} and ${LAST}`);
}
