import { defineSource, type ConfigSpec, type Plugin } from './index.ts';

describe('a plugin', () => {
  it('is one of a kind, whatever its settings and positions are', () => {
    const config: ConfigSpec<{ readonly path: string }> = {
      definitions: [],
      secretKeys: new Set(),
      read: () => ({ config: { path: 'x' }, issues: [], warnings: [], values: [] }),
    };
    const source = defineSource<{ readonly path: string }, { readonly file: string }, { readonly line: number }>({
      name: 'LineSource',
      version: '1.0.0',
      config,
      delivery: () => ({ exactlyOnce: true, ownTransactions: false }),
      plan: async function* ({ path }) {
        yield [{ path }];
      },
      task: async () => ({
        read: async function* () {
          yield { records: [], partition: { file: 'x' }, offset: { line: 1 } };
        },
        [Symbol.asyncDispose]: async () => undefined,
      }),
    });
    const plugins: Plugin[] = [source];

    expect(plugins[0]?.kind).toBe('source');
  });
});
