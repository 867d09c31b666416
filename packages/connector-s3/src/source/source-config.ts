import { c, config, type ConfigIssue, type ConfigOf } from '@millrace/connect-api';
import { messageOf } from '@millrace/base';

import { COMPRESSION_TYPES } from '../compression.ts';
import { escapedText, named } from '../config-words.ts';
import { OUTPUT_FIELDS } from '../format/format.ts';
import { nameTemplate } from './name-template.ts';
import { refusedOfStore } from '../store/adopted-settings.ts';
import { checkStoreConfig, storeFields } from '../store/store-config.ts';

const sourceFields = {
  ...storeFields,
  's3.prefix': c
    .string()
    .default('topics/')
    .synonym('aws.s3.prefix')
    .importance('high')
    .group('Objects')
    .doc('Objects whose keys begin with this are read, in the order of their keys.'),
  'input.format': named('Format', {
    json: 'json',
    jsonl: 'json',
    csv: 'csv',
    bytes: 'bytes',
    byteArray: 'bytes',
  })
    .default('json')
    .recommend(['json', 'csv', 'bytes'])
    .synonym('format.class')
    .importance('high')
    .group('Objects')
    .doc('What objects are made of: `json` (a line per record), `csv`, or `bytes` (see `format.bytearray.separator`).'),
  'file.compression.type': c
    .oneOf('auto', ...COMPRESSION_TYPES)
    .default('auto')
    .synonym('s3.compression.type')
    .importance('medium')
    .group('Objects')
    .doc('How objects are compressed; `auto`: by the end of their names (`.gz`, `.zst`).'),
  'input.fields': c
    .list(c.oneOf(...OUTPUT_FIELDS))
    .default(['value'])
    .nonEmpty()
    .synonym('format.output.fields')
    .importance('medium')
    .group('Objects')
    .doc(
      "What of a record the objects hold: the sink's `format.output.fields`. With it keys, timestamps and headers come back.",
    ),
  'csv.separator.char': c
    .string()
    .default(',')
    .validate((text) => (text.length === 1 && !'"\r\n'.includes(text) ? undefined : 'Expected one character'))
    .importance('low')
    .group('Objects')
    .doc('What stands between the cells of CSV.'),
  'csv.first.row.as.header': c
    .boolean()
    .default(true)
    .importance('low')
    .group('Objects')
    .doc('Whether CSV begins with the names of its columns; otherwise they are those of `csv.columns`.'),
  'csv.columns': c
    .list()
    .default([])
    .importance('low')
    .group('Objects')
    .doc('Names of the columns of CSV without a header.'),
  'format.bytearray.separator': escapedText()
    .default('\\n')
    .importance('low')
    .group('Objects')
    .doc('What follows each value with `input.format=bytes`; empty: an object is one value.'),
  's3.record.max.bytes': c
    .size()
    .default('8MiB')
    .atLeast('1KiB')
    .synonym('transformer.max.buffer.size')
    .importance('low')
    .group('Objects')
    .doc('A longer record is not read: its beginning goes to the dead letter topic, or the task fails.'),
  topic: c
    .string()
    .optional()
    .importance('high')
    .group('Topics')
    .doc('Topic of all records; default: the one in the name of the object.'),
  'file.name.template': c
    .string()
    .default('{{topic}}+{{partition}}+{{start_offset}}')
    .validate(problemOfTemplate)
    .importance('medium')
    .group('Topics')
    .doc(
      'What names of objects are made of, folders and endings left out: `{{topic}}`, `{{partition}}`, `{{start_offset}}` and `{{any}}`. Objects of other names are passed over, with a warning.',
    ),
  'partition.from.name': c
    .boolean()
    .default(false)
    .importance('medium')
    .group('Topics')
    .doc('Whether records go to the Kafka partition that the name says; otherwise their key decides.'),
  'poll.interval.ms': c
    .duration()
    .default('10s')
    .atLeast('10ms')
    .importance('medium')
    .group('Reading')
    .doc('How often the bucket is looked through for new objects.'),
  'batch.max.rows': c
    .int()
    .default(1_000)
    .atLeast(1)
    .importance('low')
    .group('Reading')
    .doc('Records between two places from which reading can go on.'),
};

export type SourceConfig = ConfigOf<typeof sourceFields>;

export const sourceConfig = config(sourceFields, {
  check: (read) => [...checkStoreConfig(read), ...checkTogether(read)],
  refused: refusedOfStore,
});

function checkTogether(read: SourceConfig): ConfigIssue[] {
  const issues: ConfigIssue[] = [];
  if (read.topic === undefined && !read.fileNameTemplate.includes('{{topic}}')) {
    issues.push({ key: 'topic', message: 'set topic, or {{topic}} in file.name.template' });
  }
  if (read.partitionFromName && !read.fileNameTemplate.includes('{{partition}}')) {
    issues.push({ key: 'partition.from.name', message: 'needs {{partition}} in file.name.template' });
  }
  if (read.inputFormat === 'csv' && !read.csvFirstRowAsHeader && read.csvColumns.length === 0) {
    issues.push({ key: 'csv.columns', message: 'CSV without a header needs the names of its columns' });
  }
  if (read.inputFormat === 'bytes' && read.inputFields.join() !== 'value') {
    issues.push({ key: 'input.fields', message: 'input.format=bytes holds values only' });
  }
  return issues;
}

function problemOfTemplate(template: string): string | undefined {
  try {
    nameTemplate(template);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}
