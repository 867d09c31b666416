import { CLIENT_GOALS, judgeClient, type ClientGoal } from './goals.ts';
import { LOADS } from './loads.ts';

const GOAL: ClientGoal = {
  load: 'produce-100b',
  label: 'CPU',
  metric: 'cpuMicros',
  ours: 'sdk',
  theirs: 'kafkajs',
  atMost: 0.5,
};

describe('judgeClient', () => {
  it('divides the medians of the rounds', () => {
    const figures = {
      sdk: [{ cpuMicros: 9 }, { cpuMicros: 2 }, { cpuMicros: 1 }],
      kafkajs: [{ cpuMicros: 4 }, { cpuMicros: 5 }, { cpuMicros: 1 }],
    };

    expect(judgeClient(GOAL, figures)).toEqual({ goal: GOAL, value: 0.5, isMet: true });
  });

  it.each<[Partial<ClientGoal>, number, boolean]>([
    [{ atMost: 0.49 }, 0.5, false],
    [{ atMost: undefined as never, atLeast: 0.5 }, 0.5, true],
    [{ atMost: undefined as never, atLeast: 0.51 }, 0.5, false],
  ])('judges %j', (change, value, isMet) => {
    const goal = { ...GOAL, ...change };

    expect(judgeClient(goal, { sdk: [{ cpuMicros: 1 }], kafkajs: [{ cpuMicros: 2 }] })).toEqual({ goal, value, isMet });
  });

  it('judges a figure without a peer by itself', () => {
    const goal: ClientGoal = { load: 'first-ack', label: 'ms', metric: 'firstAckMs', ours: 'sdk', atMost: 150 };

    expect(judgeClient(goal, { sdk: [{ firstAckMs: 151 }] })).toMatchObject({ value: 151, isMet: false });
  });

  it('says nothing where a side was not measured', () => {
    expect(judgeClient(GOAL, { sdk: [{ cpuMicros: 1 }], kafkajs: [] })).toBeUndefined();
  });
});

it('asks only for what some load measures', () => {
  const measured = LOADS.flatMap(({ name, runners }) => runners.map((runner) => `${name} ${runner.name}`));
  const asked = CLIENT_GOALS.flatMap(({ load, ours, theirs = ours }) => [`${load} ${ours}`, `${load} ${theirs}`]);

  expect(asked.filter((each) => !measured.includes(each))).toEqual([]);
});
