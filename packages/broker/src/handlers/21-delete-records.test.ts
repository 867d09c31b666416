import { silentLogger } from '@millrace/base';
import { ErrorCode } from '@millrace/protocol';
import { createDeleteRecordsRequest, type DeleteRecordsResponse } from '@millrace/protocol/messages/21-delete-records';
import { ManualTime } from '../../test/manual-time.ts';
import { deleteRecordsHandler } from './21-delete-records.ts';
import type { RequestContext } from './handler.ts';

describe('deleteRecordsHandler', () => {
  it('answers REQUEST_TIMED_OUT for the partition whose log start cannot move in time, and the others as they are', async () => {
    const time = new ManualTime();
    // A disk without room keeps the first partition's log start where it is.
    const logs = [() => new Promise<number>(() => undefined), (offset: number) => Promise.resolve(offset)].map(
      (advanceLogStart) => ({
        logStartOffset: 0,
        highWatermark: 10,
        config: { cleanupCompact: false, cleanupDelete: true },
        advanceLogStart,
      }),
    );
    const locateByName = (_name: string, partition: number) => ({
      kind: 'owned',
      topic: { isInternal: false },
      log: logs[partition],
    });
    const services = { partitions: { locateByName }, timers: time.timers, logger: silentLogger };
    const partitions = [0, 1].map((partitionIndex) => ({ partitionIndex, offset: 4n }));
    const request = createDeleteRecordsRequest({ topics: [{ name: 't', partitions }], timeoutMs: 3000 });

    const answer = Promise.resolve(deleteRecordsHandler.handle({ services } as unknown as RequestContext, request));
    await new Promise((resolve) => setImmediate(resolve));
    time.advance(3000);

    const { topics } = (await answer) as DeleteRecordsResponse;
    expect(topics[0]?.partitions.map(({ errorCode, lowWatermark }) => [errorCode, lowWatermark])).toEqual([
      [ErrorCode.REQUEST_TIMED_OUT, -1n],
      [ErrorCode.NONE, 4n],
    ]);
  });
});
