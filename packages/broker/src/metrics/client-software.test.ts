import { connectionsBySoftware, type ClientConnection } from './client-software.ts';

const client = (clientSoftwareName: string | null, clientSoftwareVersion: string | null = '1'): ClientConnection => ({
  clientSoftwareName,
  clientSoftwareVersion,
});

const counts = (connections: ClientConnection[]): Record<string, number> =>
  Object.fromEntries(
    connectionsBySoftware(connections).map(({ labels, value }) => [
      `${labels['software']} ${labels['version']}`,
      value,
    ]),
  );

describe('connectionsBySoftware', () => {
  it('counts by name and version, and those that said nothing', () => {
    expect(counts([client('a'), client('a', '2'), client('a'), client(null, null)])).toEqual({
      'a 1': 2,
      'a 2': 1,
      'unknown unknown': 1,
    });
  });

  it('shows the 50 most frequent, of equals the first by name, and the rest together', () => {
    const many = Array.from({ length: 60 }, (_, index) => client(`c${String(index).padStart(2, '0')}`));

    const shown = connectionsBySoftware([...many, client('c59')]);

    expect(shown).toHaveLength(51);
    expect(shown[0]).toEqual({ labels: { software: 'c59', version: '1' }, value: 2 });
    expect(shown[49]?.labels['software']).toBe('c48');
    expect(shown[50]).toEqual({ labels: { software: 'other', version: 'other' }, value: 10 });
  });

  it('shows no name that is longer than 64 characters', () => {
    expect(counts([client('x'.repeat(65)), client('a', 'x'.repeat(65)), client('y'.repeat(64))])).toEqual({
      [`${'y'.repeat(64)} 1`]: 1,
      'other other': 2,
    });
  });

  it('takes a client that calls itself other for one of the others', () => {
    const many = Array.from({ length: 51 }, (_, index) => client(`c${index}`));

    const shown = connectionsBySoftware([...many, client('other', 'other')]);

    expect(shown.filter(({ labels }) => labels['software'] === 'other')).toEqual([
      { labels: { software: 'other', version: 'other' }, value: 2 },
    ]);
  });
});
