/** What a request that names a group again and again is answered with: a small request must not draw a huge answer. */
import type { GroupCoordinator } from '@millrace/coordinator';
import {
  createOffsetFetchRequest,
  createOffsetFetchRequestGroup,
  createOffsetFetchRequestTopics,
  createOffsetFetchResponse,
  type OffsetFetchRequest,
} from '@millrace/protocol/messages/09-offset-fetch';
import {
  createDescribeGroupsRequest,
  createDescribeGroupsResponse,
  createDescribeGroupsResponseDescribedGroup,
  type DescribeGroupsResponse,
} from '@millrace/protocol/messages/15-describe-groups';
import { offsetFetchHandler } from './09-offset-fetch.ts';
import { describeGroupsHandler } from './15-describe-groups.ts';
import type { RequestContext } from './handler.ts';

function contextWith(groups: Partial<GroupCoordinator>, apiVersion: number): RequestContext {
  const connection = {
    id: 1,
    listenerName: 'PLAINTEXT',
    remoteAddress: '127.0.0.1',
    closed: new AbortController().signal,
  };
  return { apiVersion, clientId: null, connection, services: { groups } } as unknown as RequestContext;
}

describe('offsetFetchHandler', () => {
  async function askedOf(groups: OffsetFetchRequest['groups']): Promise<OffsetFetchRequest['groups']> {
    let asked: OffsetFetchRequest['groups'] = [];
    const fetchOffsets: GroupCoordinator['fetchOffsets'] = (_, request) => {
      asked = request.groups;
      return Promise.resolve(createOffsetFetchResponse());
    };
    await offsetFetchHandler.handle(contextWith({ fetchOffsets }, 8), createOffsetFetchRequest({ groups }));
    return asked;
  }
  const group = (groupId: string, names: readonly string[] | null) =>
    createOffsetFetchRequestGroup({
      groupId,
      topics: names && names.map((name) => createOffsetFetchRequestTopics({ name, partitionIndexes: [0] })),
    });

  it('asks for a repeated group once', async () => {
    const all = Array.from({ length: 1_000 }, () => group('g', null));
    expect(await askedOf([...all, group('other', ['t'])])).toEqual([group('g', null), group('other', ['t'])]);
  });

  it('asks for the topics of all entries of a group', async () => {
    expect(await askedOf([group('g', ['a']), group('h', ['x']), group('g', ['b', 'c'])])).toEqual([
      group('g', ['a', 'b', 'c']),
      group('h', ['x']),
    ]);
  });

  it.each([
    ['first', [null, ['a']]],
    ['last', [['a'], null, ['b']]],
  ])('asks for all topics of a group when one entry does, the %s', async (_, entries) => {
    expect(await askedOf(entries.map((names) => group('g', names)))).toEqual([group('g', null)]);
  });
});

describe('describeGroupsHandler', () => {
  it('describes a repeated group once', async () => {
    const describeGroups: GroupCoordinator['describeGroups'] = (_, { groups }) =>
      Promise.resolve(
        createDescribeGroupsResponse({
          groups: groups.map((groupId) => createDescribeGroupsResponseDescribedGroup({ groupId })),
        }),
      );
    const request = createDescribeGroupsRequest({ groups: ['g', 'h', ...Array.from({ length: 1_000 }, () => 'g')] });
    const response = await describeGroupsHandler.handle(contextWith({ describeGroups }, 6), request);
    expect((response as DescribeGroupsResponse).groups.map(({ groupId }) => groupId)).toEqual(['g', 'h']);
  });
});
