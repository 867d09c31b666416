import { GROWTH_MAX, RSS_BYTES_MAX, runSlowConsumer } from '../src/slow-consumer/slow-command.ts';

/** Thirty minutes by `npm run soak -- slow-consumer`. */
const SECONDS = 60;

it('a consumer that takes 1 ms for each record keeps its memory', async () => {
  const { read, rssBytesMax, growth } = await runSlowConsumer(SECONDS);

  expect(read).toBeGreaterThan(SECONDS * 100);
  expect(rssBytesMax).toBeLessThan(RSS_BYTES_MAX);
  expect(growth).toBeLessThan(GROWTH_MAX);
});
