import { createDeferred, type Deferred } from '@millrace/base';
import { HandTime, settle } from '../../test/hand-time.ts';
import { firstOf, type FirstOf } from './first-of.ts';

describe('the first of several', () => {
  let time: HandTime;
  let begun: Map<string, { readonly outcome: Deferred<string>; readonly signal: AbortSignal }>;
  let discarded: string[];

  function search(candidates: readonly string[], options: { signal?: AbortSignal; isFinal?: () => boolean } = {}) {
    time = new HandTime();
    begun = new Map();
    discarded = [];
    return firstOf<string, string>(
      { timers: time },
      {
        candidates,
        attempt: (name, signal) => {
          const outcome = createDeferred<string>();
          begun.set(name, { outcome, signal });
          return outcome.promise;
        },
        discard: (result) => discarded.push(result),
        ...options,
      },
    );
  }

  const names = (): string[] => [...begun.keys()];
  const outcomeOf = (name: string): Deferred<string> => {
    const found = begun.get(name);
    if (found === undefined) throw new Error(`${name} was not tried`);
    return found.outcome;
  };
  const failuresOf = (found: FirstOf<string>): string[] =>
    found.isFound ? [] : found.failures.map((failure) => (failure as Error).message);

  it('is tried alone while it may still succeed soon, then the next one beside it', async () => {
    const searching = search(['a', 'b', 'c']);
    await time.advance(249);
    expect(names()).toEqual(['a']);
    await time.advance(1);
    expect(names()).toEqual(['a', 'b']);

    outcomeOf('b').resolve('b');
    expect(await searching).toEqual({ isFound: true, result: 'b' });
    expect(begun.get('a')?.signal.aborted).toBe(true);
    await time.advance(10_000);
    expect(names()).toEqual(['a', 'b']);
  });

  it('begins the next one at once after a failure', async () => {
    const searching = search(['a', 'b']);
    outcomeOf('a').reject(new Error('refused'));
    await settle();
    expect(names()).toEqual(['a', 'b']);
    outcomeOf('b').resolve('b');
    expect(await searching).toEqual({ isFound: true, result: 'b' });
  });

  it('discards a success that comes too late', async () => {
    const searching = search(['a', 'b']);
    await time.advance(250);
    outcomeOf('b').resolve('b');
    await searching;
    outcomeOf('a').resolve('a');
    await settle();
    expect(discarded).toEqual(['a']);
  });

  it('tells what became of each, in their order, when all have failed', async () => {
    const searching = search(['a', 'b']);
    await time.advance(250);
    outcomeOf('b').reject(new Error('b refused'));
    outcomeOf('a').reject(new Error('a hung'));
    expect(failuresOf(await searching)).toEqual(['a hung', 'b refused']);
    expect(await search([])).toEqual({ isFound: false, failures: [] });
  });

  it('ends with a failure that the others would repeat, and when it is aborted', async () => {
    const searching = search(['a', 'b'], { isFinal: () => true });
    outcomeOf('a').reject(new Error('wrong password'));
    await expect(searching).rejects.toThrow('wrong password');
    expect(names()).toEqual(['a']);

    const controller = new AbortController();
    const aborted = search(['a', 'b'], { signal: controller.signal });
    controller.abort();
    expect(begun.get('a')?.signal.aborted).toBe(true);
    outcomeOf('a').reject(new Error('aborted'));
    await expect(aborted).rejects.toThrow('aborted');
  });
});
