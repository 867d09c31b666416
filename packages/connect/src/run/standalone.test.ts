import type { Herder } from '../herder/herder.ts';
import { HerderError } from '../herder/herder-error.ts';
import { makeConnector } from './standalone.ts';

describe('a connector of a file', () => {
  const file = { path: '/etc/orders.properties', name: 'orders', config: { name: 'orders' } };
  const refusing = (error: Error): Herder => ({ putConnector: () => Promise.reject(error) }) as unknown as Herder;

  it('is refused with its name, its file and all that is wrong, and without endpoints of a worker that ends', async () => {
    const problems = ['url: cannot log in', 'password has a reference to the config provider file'];
    const answer = new HerderError('MILLRACE_CONNECT_INVALID_CONFIG', 'see the endpoint', { details: { problems } });
    const lines = problems.map((problem) => `connector orders (/etc/orders.properties): ${problem}`);

    await expect(makeConnector(refusing(answer), file)).rejects.toMatchObject({
      code: 'MILLRACE_CONNECT_INVALID_CONFIG',
      message: lines.join('\n'),
      details: { problems: lines },
    });
  });

  it('is refused with its name when it came from no file', async () => {
    const answer = new HerderError('MILLRACE_CONNECT_BAD_REQUEST', 'set connector.class');
    const { path: _path, ...given } = file;

    await expect(makeConnector(refusing(answer), given)).rejects.toMatchObject({
      code: 'MILLRACE_CONNECT_BAD_REQUEST',
      message: 'connector orders: set connector.class',
    });
  });
});
