import type { ConfigRecord } from './config-records.ts';
import { ConfigState } from './config-state.ts';

function stateOf(records: readonly ConfigRecord[]): ConfigState {
  const state = new ConfigState();
  records.forEach((record, offset) => state.take(record, offset));
  return state;
}

const connector = (name: string): ConfigRecord => ({ kind: 'connector', connector: name, config: { name } });
const task = (name: string, number: number, version = 1): ConfigRecord => ({
  kind: 'task',
  id: { connector: name, task: number },
  config: { version: String(version) },
});
const commit = (name: string, taskCount: number): ConfigRecord => ({ kind: 'commit', connector: name, taskCount });

describe('ConfigState', () => {
  it('lets tasks count only with their commit', () => {
    const state = stateOf([connector('a'), task('a', 0), commit('a', 1), task('a', 0, 2), task('a', 1, 2)]);
    expect(state.connector('a')?.tasks).toEqual([{ version: '1' }]);

    state.take(commit('a', 2), 5);
    expect(state.connector('a')?.tasks).toEqual([{ version: '2' }, { version: '2' }]);
  });

  it('takes tasks that were half written and then compacted for none', () => {
    // The first record of task 0 is gone, since a newer one was written, whose commit never came.
    const state = stateOf([connector('a'), task('a', 1), commit('a', 2), task('a', 0, 2)]);

    expect(state.connector('a')).toMatchObject({ isInconsistent: true, tasks: [] });
    expect(state.work.tasks).toEqual([]);

    [task('a', 0, 3), task('a', 1, 3), commit('a', 2)].forEach((record, index) => state.take(record, 4 + index));
    expect(state.connector('a')?.isInconsistent).toBe(false);
    expect(state.work.tasks).toHaveLength(2);
  });

  it('forgets tasks with their connector, but not which producers are left to fence', () => {
    const state = stateOf([
      connector('a'),
      task('a', 0),
      commit('a', 1),
      { kind: 'tasks-fencing', connector: 'a', taskCount: 1 },
      { kind: 'connector', connector: 'a', config: null },
      connector('a'),
    ]);

    expect(state.connector('a')).toMatchObject({ tasks: [], fencedTaskCount: 1, targetState: 'STARTED' });
  });

  it('counts records that mean nothing to it', () => {
    const state = new ConfigState();
    expect(state.offset).toBe(-1n);

    state.take(undefined, 6);

    expect(state.offset).toBe(7n);
  });
});
