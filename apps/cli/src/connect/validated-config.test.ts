import type { ConnectClient } from './connect-client.ts';
import { warnOf } from './validated-config.ts';

const CONFIG = { 'connector.class': 'a.Sink/1', 'task.max': '3' };

async function toldBy(call: (...request: unknown[]) => Promise<unknown>, config: object = CONFIG): Promise<string[]> {
  const lines: string[] = [];
  const errorOutput = { line: (text: string) => void lines.push(text), write: () => undefined };
  await warnOf({ errorOutput }, { call: call as ConnectClient['call'] }, { ...config });
  return lines;
}

describe('warnOf', () => {
  it('asks the worker, and tells of each warning in a line', async () => {
    const requests: unknown[] = [];
    const lines = await toldBy((...request) => {
      requests.push(request);
      return Promise.resolve({ warnings: ['one', 'two'] });
    });

    expect(requests).toEqual([['PUT', '/connector-plugins/a.Sink%2F1/config/validate', CONFIG]]);
    expect(lines).toEqual(['warning: one', 'warning: two']);
  });

  it('has nothing to say of a worker that knows no warnings', async () => {
    expect(await toldBy(() => Promise.resolve({ error_count: 0, configs: [] }))).toEqual([]);
    expect(await toldBy(() => Promise.reject(new Error('never asked')), {})).toEqual([]);
  });

  it('does not fail when the worker does: the connector is there', async () => {
    const lines = await toldBy(() => Promise.reject(new Error('no answer')));

    expect(lines).toEqual([expect.stringMatching(/^warning: the worker took the configuration, .*: no answer$/)]);
  });
});
