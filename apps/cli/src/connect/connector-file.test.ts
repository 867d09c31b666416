import { Readable } from 'node:stream';
import { propertiesOf, readConnectorFile } from './connector-file.ts';

function inputOf(text: string) {
  return { input: () => Readable.from([Buffer.from(text)]) };
}

describe('a connector from standard input', () => {
  it.each([
    ['what REST takes', '{"name":"copy","config":{"connector.class":"FileStreamSink","tasks.max":2,"wide":true}}'],
    ['a bare configuration', '{"name":"copy","connector.class":"FileStreamSink","tasks.max":"2","wide":"true"}'],
    ['properties', '# a sink\nname=copy\nconnector.class = FileStreamSink\ntasks.max: 2\nwide true\n'],
  ])('is %s', async (_what, text) => {
    expect(await readConnectorFile(inputOf(text), '-')).toEqual({
      name: 'copy',
      config: { name: 'copy', 'connector.class': 'FileStreamSink', 'tasks.max': '2', wide: 'true' },
    });
  });

  it('takes another name when it is told to', async () => {
    const { name, config } = await readConnectorFile(inputOf('name=copy\nfile=/tmp/x'), '-', 'other');

    expect({ name, config }).toEqual({ name: 'other', config: { name: 'other', file: '/tmp/x' } });
  });

  it.each([
    ['{"connector.class":"FileStreamSink"}', 'standard input has no "name": put it there, or pass --name'],
    ['{"name":"copy","tasks.max":[1]}', 'standard input: "tasks.max" must be text, a number, true or false'],
    ['{"name":"copy",', 'standard input is no JSON'],
  ])('is refused as %s', async (text, message) => {
    await expect(readConnectorFile(inputOf(text), '-')).rejects.toMatchObject({
      code: 'MILLRACE_CLIENT_INVALID_OPTION',
      message: expect.stringContaining(message),
    });
  });

  it('names the file that cannot be read', async () => {
    await expect(readConnectorFile(inputOf(''), '/nowhere/x.json')).rejects.toThrow('cannot read /nowhere/x.json');
  });
});

describe('properties', () => {
  it('are joined over lines and unescaped as Java does', () => {
    const text =
      'topics=a,\\\n    b\r\npath=C:\\\\data\nkey\\ with\\=marks=x=y\nunicode=\\u00e9\\t!\n! a comment\nempty=\n';

    expect(propertiesOf(text, 'x').config).toEqual({
      topics: 'a,b',
      path: 'C:\\data',
      'key with=marks': 'x=y',
      unicode: 'é\t!',
      empty: '',
    });
  });
});
