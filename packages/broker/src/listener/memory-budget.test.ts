import { MemoryBudget, type BudgetWaiter } from './memory-budget.ts';

function waiter(partialSinceMs = -1): BudgetWaiter & { resumed: number } {
  return {
    partialSinceMs,
    resumed: 0,
    resumeReading() {
      this.resumed++;
    },
  };
}

describe('MemoryBudget', () => {
  it('lets waiting readers go on when bytes are released, as many as there is room for', () => {
    const budget = new MemoryBudget(100_000, 100_000);
    const readers = [waiter(), waiter(), waiter()];
    budget.add(150_000, 0);
    for (const reader of readers) expect(budget.wait(reader)).toBe(true);

    budget.add(-60_000, 0);
    expect(readers.map((reader) => reader.resumed)).toEqual([1, 0, 0]);

    budget.add(-90_000, 0);
    expect(readers.map((reader) => reader.resumed)).toEqual([1, 1, 1]);
    expect(budget.waitingCount).toBe(0);
  });

  it('wakes those for whom there was no room at a later sweep', () => {
    const budget = new MemoryBudget(60_000, 60_000);
    const readers = [waiter(), waiter()];
    budget.add(70_000, 0);
    for (const reader of readers) budget.wait(reader);

    budget.add(-20_000, 0);
    expect(readers.map((reader) => reader.resumed)).toEqual([1, 0]);
    budget.sweep();
    expect(readers.map((reader) => reader.resumed)).toEqual([1, 1]);
  });

  it('lets the oldest unfinished frame pass when unfinished frames fill the budget', () => {
    const budget = new MemoryBudget(100_000, 100_000);
    const [young, old, idle] = [waiter(20), waiter(10), waiter()];
    budget.add(120_000, 120_000);
    for (const reader of [young, old, idle]) budget.wait(reader);

    budget.sweep();
    expect([young, old, idle].map((reader) => reader.resumed)).toEqual([0, 1, 0]);
    expect(budget.wait(old)).toBe(false);

    budget.sweep();
    expect(young.resumed).toBe(0);

    budget.forget(old);
    budget.sweep();
    expect(young.resumed).toBe(1);
  });

  it('never lets answers stop readers, but gives further answers less', () => {
    const budget = new MemoryBudget(1_000_000, 4_000_000);
    expect(budget.nextAnswerBytesMax).toBe(2_000_000);
    budget.addAnswers(3_000_000);
    expect(budget.nextAnswerBytesMax).toBe(500_000);
    budget.addAnswers(3_000_000);
    expect(budget.nextAnswerBytesMax).toBe(65_536);
    expect([budget.isExhaustedByAnswers, budget.isExhausted]).toEqual([true, false]);
    budget.addAnswers(-6_000_000);
    expect(budget.isExhaustedByAnswers).toBe(false);
  });

  it('favours nobody while requests in work hold the bytes', () => {
    const budget = new MemoryBudget(100_000, 100_000);
    const reader = waiter(10);
    budget.add(120_000, 30_000);
    budget.wait(reader);
    budget.sweep();
    expect(reader.resumed).toBe(0);
    expect(budget.favoured).toBeUndefined();
  });

  it('lets answers wait for room, first come, first served', async () => {
    const budget = new MemoryBudget(1_000_000, 1_000_000);
    const admitted: string[] = [];
    expect(budget.reserveAnswer(700_000, false)).toBeUndefined();
    const large = budget.reserveAnswer(600_000, false)?.then(() => admitted.push('large'));
    const small = budget.reserveAnswer(100_000, false)?.then(() => admitted.push('small'));
    expect(budget.isExhaustedByAnswers).toBe(true);

    // The first was made, and the client has not read it.
    budget.addAnswers(650_000);
    budget.releaseAnswer(700_000);
    await Promise.resolve();
    expect(admitted).toEqual([]);

    budget.addAnswers(-650_000);
    await Promise.all([large, small]);
    expect(admitted).toEqual(['large', 'small']);
    expect(budget.isExhaustedByAnswers).toBe(false);
  });

  it('lets an answer pass that is larger than all the room, when it is alone', () => {
    const budget = new MemoryBudget(1_000_000, 1_000_000);
    expect(budget.reserveAnswer(5_000_000, false)).toBeUndefined();
    expect(budget.reserveAnswer(1, false)).toBeInstanceOf(Promise);
  });

  it('serves clients that read while others fill the room, up to twice of it', () => {
    const budget = new MemoryBudget(1_000_000, 1_000_000);
    budget.addAnswers(1_100_000);
    expect(budget.reserveAnswer(10_000, false)).toBeInstanceOf(Promise);
    expect(budget.reserveAnswer(900_000, true)).toBeUndefined();
    expect(budget.reserveAnswer(10_000, true)).toBeInstanceOf(Promise);
  });

  it('admits waiting clients that have nothing unread before others, in the room that is theirs', async () => {
    const budget = new MemoryBudget(1_000_000, 1_000_000);
    const admitted: string[] = [];
    budget.addAnswers(2_100_000);
    void budget.reserveAnswer(10_000, false)?.then(() => admitted.push('unread'));
    void budget.reserveAnswer(10_000, true)?.then(() => admitted.push('first clean'));
    const second = budget.reserveAnswer(10_000, true)?.then(() => admitted.push('second clean'));

    // Those who do not read still fill the common room.
    budget.addAnswers(-200_000);
    await second;
    expect(admitted).toEqual(['first clean', 'second clean']);

    budget.addAnswers(-1_900_000);
    budget.releaseAnswer(20_000);
    await Promise.resolve();
    expect(admitted).toEqual(['first clean', 'second clean', 'unread']);
  });
});
