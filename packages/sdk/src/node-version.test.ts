import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KafkaError } from './error.ts';
import { kafka } from './kafka.ts';
import { checkNodeVersion } from './node-version.ts';

describe('the version of Node', () => {
  const { versions } = process;

  function pretend(node: string): void {
    Object.defineProperty(process, 'versions', { value: { ...versions, node }, configurable: true });
  }

  afterEach(() => pretend(versions.node));

  it.each(['22.15.0', '22.21.1', '23.0.0', '24.0.0', '24.21.0', '26.0.0-nightly'])('%s is new enough', (version) => {
    expect(() => checkNodeVersion(version)).not.toThrow();
  });

  it.each(['18.19.1', '20.20.2', '22.0.0', '22.14.9'])(
    '%s is refused by kafka(), whatever else is wrong',
    (version) => {
      pretend(version);

      const refusals = [{ brokers: ['a:1'] }, { brokers: [] }].map((options) => {
        try {
          return kafka(options);
        } catch (error) {
          return error;
        }
      });

      for (const error of refusals) {
        expect(error).toBeInstanceOf(KafkaError);
        expect(error).toMatchObject({
          code: 'MILLRACE_CLIENT_UNSUPPORTED_NODE',
          retriable: false,
          message: `this client needs Node 22.15 or newer, and this is Node ${version}: run the program with a newer Node`,
          details: { needed: '22.15', found: version },
        });
      }
    },
  );

  it('is the one that package.json names', () => {
    const { engines } = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')) as {
      engines: { node: string };
    };
    expect(engines.node).toBe('>=22.15');
  });
});
