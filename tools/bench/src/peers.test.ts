import { decodeBatch } from '@millrace/protocol';
import { kafkajsPeer, platformaticPeer } from './peers.ts';
import { KEY_BYTES, RECORD_COUNT, textRecords, VALUE_BYTES } from './record-workload.ts';

describe('the records of the benchmark', () => {
  it('have the stated sizes', () => {
    const records = textRecords();

    expect(records.length).toBe(RECORD_COUNT);
    expect(records.every(({ key, value }) => key.length === KEY_BYTES && value.length === VALUE_BYTES)).toBe(true);
  });
});

describe.each([kafkajsPeer(), platformaticPeer()])('$name', (peer) => {
  it('writes batches that ours reads, and reads its own', async () => {
    const records = textRecords();

    const batch = await peer.encode(records);

    const ours = Array.from(decodeBatch(batch), ({ key, value, timestamp }) => ({
      key: String(key),
      value: String(value),
      timestampMs: timestamp,
    }));
    expect(ours).toEqual(records);
    expect((await peer.decode(batch)).map(({ value }) => String(value))).toEqual(records.map(({ value }) => value));
  });
});
