import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseProperties, readConnectorFile } from './properties-file.ts';

describe('a property file', () => {
  it('is read as Java does', () => {
    const text = [
      '# comment',
      '! comment',
      '',
      'a=1',
      'b : two words ',
      'c three',
      'long=first,\\',
      '    second',
      'path=C:\\\\data\\tx',
      'umlaut=\\u00e4',
      'key\\ with\\:marks=v=w',
      'empty=',
      'regex=\\\\d+',
    ].join('\r\n');

    expect(parseProperties(text)).toEqual({
      a: '1',
      b: 'two words ',
      c: 'three',
      long: 'first,second',
      path: 'C:\\data\tx',
      umlaut: 'ä',
      'key with:marks': 'v=w',
      empty: '',
      regex: '\\d+',
    });
  });
});

describe('a file of a connector', () => {
  let folder: string;
  const read = async (text: string) => {
    await writeFile(join(folder, 'one.json'), text);
    return readConnectorFile(join(folder, 'one.json'));
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'connect-files-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('may be properties, a request to create it, or its settings as JSON', async () => {
    const config = { name: 'one', 'tasks.max': '2' };
    const path = join(folder, 'one.json');

    expect(await read('name=one\ntasks.max=2\n')).toEqual({ path, name: 'one', config });
    expect(await read('{"name":"one","tasks.max":2}')).toEqual({ path, name: 'one', config });
    expect(await read('{"name":"one","config":{"tasks.max":"2"},"initial_state":"STOPPED"}')).toEqual({
      path,
      name: 'one',
      config,
      initialState: 'STOPPED',
    });
  });

  it.each([
    ['{"name": ', /is not JSON/],
    ['tasks.max=1', /names no connector: set name/],
    ['{"name":"one","config":{"name":"two"}}', /about one, and its config about two/],
    ['{"name":"one","config":{},"initial_state":"AWAY"}', /use one of RUNNING, PAUSED, STOPPED/],
    ['{"name":"one","a":{}}', /has no text for a/],
  ])('says what is wrong with %s', async (text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });
});
