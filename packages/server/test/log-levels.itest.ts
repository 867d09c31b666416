import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createIncrementalAlterConfigsRequest,
  incrementalAlterConfigsRequest,
  incrementalAlterConfigsResponse,
} from '@millrace/protocol/messages/44-incremental-alter-configs';
import { createTempDir, waitUntil, WireClient, type BrokerProcess } from '@millrace/testing';
import { brokerOver } from './broker-app.ts';

const LOGGER_RESOURCE = 8;
const SET = 0;

/** Sends something that is no request, which is a line at debug level. */
async function intrude(broker: BrokerProcess): Promise<void> {
  await using client = await WireClient.connect({ port: broker.port });
  client.sendBytes(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
  await client.ended;
}

async function setLevel(broker: BrokerProcess, logger: string, level: string): Promise<number | undefined> {
  await using client = await WireClient.connect({ port: broker.port });
  const configs = [{ name: logger, configOperation: SET, value: level }];
  const request = createIncrementalAlterConfigsRequest({
    resources: [{ resourceType: LOGGER_RESOURCE, resourceName: '1', configs }],
  });
  const answer = await client.call(incrementalAlterConfigsRequest, incrementalAlterConfigsResponse, 1, request);
  return answer.responses[0]?.errorCode;
}

const refusals = (broker: BrokerProcess): number =>
  broker.stderrLines.filter((line) => line.includes('connection ended')).length;

describe('log levels of the broker process', () => {
  it('rise and fall while it runs, part by part', async () => {
    await using dir = await createTempDir('log-levels');
    await using broker = brokerOver(dir.path);
    await broker.start();

    await intrude(broker);
    expect(await setLevel(broker, 'listener', 'TRACE')).toBe(0);
    expect(await setLevel(broker, 'requests', 'DEBUG')).toBe(0);
    await intrude(broker);
    await waitUntil('the line of the second intruder', () => refusals(broker) > 0);
    expect(await setLevel(broker, 'requests', 'INFO')).toBe(0);
    expect(await setLevel(broker, 'listener', 'INFO')).toBe(0);
    const before = refusals(broker);
    await intrude(broker);

    expect((await broker.stop()).code).toBe(0);
    // Streams are read to their end by now.
    expect(refusals(broker)).toBe(before);
  });

  it('begin as the settings file says, which flags overrule', async () => {
    await using dir = await createTempDir('log-levels');
    const file = join(dir.path, 'server.properties');
    await writeFile(file, 'millrace.log.level=error\n');
    const startLines = async (flags: readonly string[]): Promise<number> => {
      await using broker = brokerOver(join(dir.path, 'data'), ['--config', file, ...flags]);
      await broker.start();
      await broker.stop();
      return broker.stderrLines.length;
    };

    expect(await startLines([])).toBe(0);
    expect(await startLines(['--log-level', 'info'])).toBeGreaterThan(0);
  });
});
