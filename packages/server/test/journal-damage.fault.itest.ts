import { cp, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { batchOf, createTempDir, LATEST, LogProbe, type ProbedTopic, type TempDir } from '@millrace/testing';
import { brokerOver, linesOf, runBrokerApp } from './broker-app.ts';
import { digestDirectory } from './directory-digest.ts';
import { eraseFrom, flipByte, groupHolding, journalGroups } from './journal-file.ts';

const TOPIC = 'events';
const VALUES = Array.from({ length: 8 }, (_, index) => `value-${index}`);

/** What a broker leaves behind that was killed right after it acknowledged each value in a group of its own. */
describe('the journal of a broker that was killed', () => {
  let killed: TempDir;
  let leaderEpochBefore: number;

  beforeAll(async () => {
    killed = await createTempDir('journal');
    await using broker = brokerOver(killed.path);
    await broker.start();
    await using probe = await LogProbe.connect({ port: broker.port });
    await probe.createTopic(TOPIC);
    for (const value of VALUES) await probe.appendValues(TOPIC, 0, [value]);
    leaderEpochBefore = (await topicSeenBy(probe)).leaderEpochs[0] ?? -1;
    await broker.kill();
  });

  afterAll(() => killed.remove());

  it('gives back everything that was acknowledged', async () => {
    await using copy = await copyOf(killed);

    expect(await valuesIn(copy.path)).toEqual(VALUES);
  });

  // The engine's own tests cut at every byte; here a few, through the whole broker.
  describe.each([
    ['cut off', truncate],
    ['never written', eraseFrom],
  ])('with the end of its last group %s', (_how, remove) => {
    it.each([
      ['from its first byte', () => 0],
      ['within its header', () => 11],
      ['behind its header', () => 40],
      ['in its middle', (sizeBytes: number) => Math.floor(sizeBytes / 2)],
      ['within its last record', (sizeBytes: number) => sizeBytes - 2],
    ])('%s, gives back all that was acknowledged before', async (_where, keptBytes) => {
      await using copy = await copyOf(killed);
      const last = await groupHolding(copy.path, VALUES.at(-1) ?? '');
      expect(last).toEqual((await journalGroups(copy.path)).at(-1));

      await remove(last.path, last.position + keptBytes(last.sizeBytes));

      const values = await valuesIn(copy.path);
      expect(values).toEqual(VALUES.slice(0, -1));
      // And again: what recovery left is whole.
      expect(await valuesIn(copy.path)).toEqual(values);
    });
  });

  it('loses nothing with only the padding behind its last group gone', async () => {
    await using copy = await copyOf(killed);
    const last = await groupHolding(copy.path, VALUES.at(-1) ?? '');

    await truncate(last.path, last.position + last.sizeBytes);

    expect(await valuesIn(copy.path)).toEqual(VALUES);
  });

  describe('with a byte flipped before later groups', () => {
    const DAMAGED = 4;

    async function damagedCopy(): Promise<TempDir & { readonly file: string; readonly position: number }> {
      const copy = await copyOf(killed);
      const group = await groupHolding(copy.path, VALUES[DAMAGED] ?? '');
      await flipByte(group.path, group.position + group.sizeBytes - 3);
      return { ...copy, file: group.path, position: group.position };
    }

    it('refuses to start, names file, byte and remedy, and leaves the journal as it is', async () => {
      await using copy = await damagedCopy();
      const before = await digestDirectory(join(copy.path, 'journal'));

      const outcome = await runBrokerApp(['--port', '0', '--ops-port', '0', '--data-dir', copy.path]);

      expect(outcome).toMatchObject({ code: 1, stdout: '' });
      const [line, ...more] = linesOf(outcome.stderr).filter((each) => !each.startsWith('{'));
      expect(more).toEqual([]);
      expect(line).toContain(`${copy.file} is damaged at byte ${copy.position}`);
      expect(line).toContain('--repair');
      expect(line).toContain(`millrace log verify --data-dir ${copy.path}`);
      expect(await digestDirectory(join(copy.path, 'journal'))).toEqual(before);
    });

    it('starts with --repair, says what is lost, and goes on from there', async () => {
      await using copy = await damagedCopy();
      await using broker = brokerOver(copy.path, ['--repair']);
      await broker.start();
      await using probe = await LogProbe.connect({ port: broker.port });

      const values = (await probe.readAll(TOPIC, 0)).map(({ value }) => value);
      expect(values).toEqual(VALUES.slice(0, DAMAGED));
      const { topicId, leaderEpochs } = await topicSeenBy(probe);
      const warnings = broker.stderrLines.map((line) => JSON.parse(line) as Record<string, unknown>);
      expect(warnings).toContainEqual(
        expect.objectContaining({ msg: expect.stringMatching(/cut/), path: copy.file, position: copy.position }),
      );
      expect(warnings).toContainEqual(
        expect.objectContaining({
          topic: TOPIC,
          topicId,
          partition: 0,
          fromOffset: DAMAGED,
          toOffset: VALUES.length - 1,
          readableBytes: batchOf(['value-5']).length + batchOf(['value-6']).length + batchOf(['value-7']).length,
        }),
      );

      // A client that had read on must notice: the offsets are used again, under a higher leader epoch.
      expect(leaderEpochs[0]).toBeGreaterThan(leaderEpochBefore);
      expect(await probe.appendValues(TOPIC, 0, ['new'])).toBe(DAMAGED);
      await probe.close();
      await broker.kill();
      await using plain = brokerOver(copy.path);
      await plain.start();
      await using again = await LogProbe.connect({ port: plain.port });
      expect((await again.readAll(TOPIC, 0)).map(({ value }) => value)).toEqual([...VALUES.slice(0, DAMAGED), 'new']);
      expect(await again.offsetAt(TOPIC, 0, LATEST)).toBe(DAMAGED + 1);
    });
  });
});

async function copyOf(directory: TempDir): Promise<TempDir> {
  const copy = await createTempDir('journal-copy');
  await cp(directory.path, copy.path, { recursive: true });
  return copy;
}

async function valuesIn(dataDir: string): Promise<(string | null)[]> {
  await using broker = brokerOver(dataDir);
  await broker.start();
  await using probe = await LogProbe.connect({ port: broker.port });
  const records = await probe.readAll(TOPIC, 0);
  expect(records.map(({ offset }) => offset)).toEqual(records.map((_record, index) => index));
  await probe.close();
  await broker.kill();
  return records.map(({ value }) => value);
}

async function topicSeenBy(probe: LogProbe): Promise<ProbedTopic> {
  const topic = (await probe.topics()).find(({ name }) => name === TOPIC);
  if (topic === undefined) throw new Error(`${TOPIC} is gone`);
  return topic;
}
