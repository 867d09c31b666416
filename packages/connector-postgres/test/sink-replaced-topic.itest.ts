/** A topic is deleted and made anew under a worker that writes it exactly once: nothing of the new one is passed over without a word. */
import { join } from 'node:path';
import { PostgresServer, TestWorker } from '@millrace/connect-testkit';
import { waitUntil } from '@millrace/testing';

const WAIT_MS_MAX = 30_000;

it('fails the task of an exactly-once sink, also when it is started again', async () => {
  await using server = await PostgresServer.start();
  await using worker = await TestWorker.start({
    plugins: [join(__dirname, '..')],
    properties: {
      'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
      'value.converter.schemas.enable': 'false',
    },
  });
  const { broker } = worker;
  const config = {
    'connector.class': 'PostgresSinkConnector',
    topics: 't',
    'connection.url': `postgresql://${server.host}:${server.port}/${server.database}`,
    'connection.username': server.user,
    'connection.password': server.password,
    'auto.create': 'true',
    'delivery.guarantee': 'exactly_once',
  };
  const failure = (): Promise<string | undefined> =>
    waitUntil('the failure', async () => (await worker.status('pg')).tasks[0]?.trace, WAIT_MS_MAX);
  const produce = async (...numbers: readonly number[]): Promise<void> => {
    await broker.createTopic('t');
    await broker.produce(
      't',
      numbers.map((n) => ({ value: JSON.stringify({ n }) })),
    );
  };
  const rows = async (): Promise<number> => {
    const [found] = await server.query(`SELECT to_regclass('t') IS NOT NULL AS yes`);
    if (found?.['yes'] !== true) return 0;
    return Number((await server.query('SELECT count(*) AS n FROM t'))[0]?.['n']);
  };

  await produce(1, 2, 3, 4);
  await worker.create('pg', config);
  await waitUntil('the rows', async () => (await rows()) === 4, WAIT_MS_MAX);
  await broker.deleteTopic('t');
  await produce(5, 6);
  const problem = 't[0] goes on at offset 0, and "millrace_connect_offsets" has it up to 4';
  expect(await failure()).toContain(problem);

  await worker.delete('pg');
  await worker.create('pg', config).catch(() => undefined);
  expect(await failure()).toContain(problem);
  expect(await rows()).toBe(4);
});
