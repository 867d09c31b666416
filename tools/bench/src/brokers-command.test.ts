import { parseBrokersArgs } from './brokers-command.ts';
import { GOALS, LIMITS } from './brokers/goals.ts';
import { MEASURES } from './brokers/measures.ts';

describe('parseBrokersArgs', () => {
  it('runs everything five times by default', () => {
    expect(parseBrokersArgs([], MEASURES)).toMatchObject({
      rounds: 5,
      isQuick: false,
      isWriting: false,
      measures: MEASURES,
    });
  });

  it('runs what --only names, in the order of the list', () => {
    const options = parseBrokersArgs(['--quick', '--only', 'start,consume-tail'], MEASURES);

    expect(options).toMatchObject({ isQuick: true, rounds: 1 });
    expect(typeof options === 'object' && options.measures.map(({ name }) => name)).toEqual(['consume-tail', 'start']);
  });

  it('names the measures that there are when one is unknown', () => {
    expect(parseBrokersArgs(['--only', 'produce'], MEASURES)).toMatch(
      /no measure "produce"; there are: produce-100b-1p,/,
    );
  });

  it('refuses rounds that are no count', () => {
    expect(parseBrokersArgs(['--rounds', '0'], MEASURES)).toMatch(/--rounds takes a whole number/);
  });

  it('keeps a command that can be typed again', () => {
    expect(parseBrokersArgs(['--rounds', '3'], MEASURES)).toMatchObject({
      command: 'node --conditions=@millrace/source tools/bench/src/main.ts brokers --rounds 3',
    });
  });
});

describe('MEASURES', () => {
  it('has every measure that a goal or limit is about', () => {
    const names = MEASURES.map(({ name }) => name);

    expect([...GOALS, ...LIMITS].map(({ measure }) => measure).filter((name) => !names.includes(name))).toEqual([]);
  });
});
