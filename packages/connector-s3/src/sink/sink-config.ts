import { c, config, type ConfigIssue, type ConfigOf } from '@millrace/connect-api';
import { messageOf } from '@millrace/base';

import { COMPRESSION_TYPES } from '../compression.ts';
import { escapedText, named } from '../config-words.ts';
import { OUTPUT_FIELDS } from '../format/format.ts';
import { PARQUET_CODECS } from '../format/parquet-codec.ts';
import { PARTITIONERS } from './partitioner.ts';
import { refusedOfStore, unless } from '../store/adopted-settings.ts';
import { checkStoreConfig, storeFields } from '../store/store-config.ts';
import { timePath } from './time-path.ts';

const PART_BYTES_MIN = 5 * 1024 * 1024;

const formats = named('Format', {
  json: 'json',
  jsonl: 'json',
  csv: 'csv',
  bytes: 'bytes',
  byteArray: 'bytes',
  parquet: 'parquet',
});

const byName = <const W extends string>(words: readonly W[]): Record<string, W> =>
  Object.fromEntries(words.map((word) => [word, word]));

const sinkFields = {
  ...storeFields,
  'format.class': formats
    .default('json')
    .recommend(['json', 'csv', 'bytes', 'parquet'])
    .synonym('format.output.type')
    .importance('high')
    .group('Objects')
    .doc(
      "What objects are made of: `json` (a line per record), `csv`, `bytes` (values as they are) or `parquet`. Confluent's class names are taken too.",
    ),
  's3.compression.type': c
    .oneOf(...COMPRESSION_TYPES)
    .default('none')
    .synonym('file.compression.type')
    .importance('high')
    .group('Objects')
    .doc('Compression of whole objects; Parquet compresses inside, see `parquet.codec`.'),
  's3.compression.level': c
    .int()
    .default(-1)
    .atLeast(-1)
    .atMost(19)
    .importance('low')
    .group('Objects')
    .doc('Level of the compression; -1 is its own default.'),
  'parquet.codec': c
    .oneOf(...PARQUET_CODECS)
    .default('snappy')
    .importance('low')
    .group('Objects')
    .doc('Compression of pages in Parquet files.'),
  'format.output.fields': c
    .list(c.oneOf(...OUTPUT_FIELDS))
    .default(['value'])
    .nonEmpty()
    .importance('medium')
    .group('Objects')
    .doc(
      'What of a record is kept. Only `value`: lines are the values. Otherwise lines of JSON are objects with these members, and CSV and Parquet have columns `__key`, `__offset`, `__timestamp` and `__headers` beside those of the value.',
    ),
  'json.decimal.format': c
    .oneOf('BASE64', 'NUMERIC')
    .default('BASE64')
    .importance('low')
    .group('Objects')
    .doc('Decimals in JSON: as the JSON converter writes them, or as numbers; those without a schema are numbers.'),
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
    .doc('Whether CSV begins with the names of its columns.'),
  'format.bytearray.extension': c
    .string()
    .default('.bin')
    .importance('low')
    .group('Objects')
    .doc('How names of objects end with `format.class=bytes`.'),
  'format.bytearray.separator': escapedText()
    .default('\\n')
    .importance('low')
    .group('Objects')
    .doc('What follows each value with `format.class=bytes`; `\\n`, `\\r`, `\\t`, `\\0` and `\\\\` are written so.'),
  'behavior.on.null.values': c
    .oneOf('fail', 'ignore', 'write')
    .default('fail')
    .importance('medium')
    .group('Objects')
    .doc(
      'Records without a value (tombstones): `fail` as `errors.tolerance` says, `ignore`, or `write` (JSON and Parquet and CSV with `key` among `format.output.fields`).',
    ),
  'topics.dir': c.string().default('topics').importance('high').group('Names').doc('Folder of all objects.'),
  'directory.delim': c.string().default('/').nonEmpty().importance('low').group('Names').doc('Between folders.'),
  'file.delim': c
    .string()
    .default('+')
    .nonEmpty()
    .importance('low')
    .group('Names')
    .doc('Between topic, partition and offset in names.'),
  'filename.offset.zero.pad.width': c
    .int()
    .default(10)
    .atLeast(0)
    .atMost(20)
    .importance('low')
    .group('Names')
    .doc('Digits of the offset in names, so that they sort.'),
  'partitioner.class': named('Partitioner', byName(PARTITIONERS))
    .default('Default')
    .recommend([...PARTITIONERS])
    .importance('high')
    .group('Names')
    .doc(
      "Folders below the topic: `Default` (by Kafka partition), `Field` (by fields of the value), `TimeBased` (by `path.format`), `Daily`, `Hourly`. Class names of Confluent's partitioners are taken too.",
    ),
  'partition.field.name': c
    .list()
    .default([])
    .importance('medium')
    .group('Names')
    .visibleWhen('partitioner.class', (name) => name === 'Field')
    .doc('For `Field`: which fields, in order; `a.b` is a field of a field.'),
  'path.format': c
    .string()
    .optional()
    .importance('medium')
    .group('Names')
    .visibleWhen('partitioner.class', (name) => name === 'TimeBased')
    .doc("For `TimeBased`: the folders, such as `'year'=yyyy/'month'=MM/'day'=dd/'hour'=HH`."),
  'partition.duration.ms': c
    .duration()
    .default('1h')
    .atLeast('1s')
    .importance('medium')
    .group('Names')
    .visibleWhen('partitioner.class', (name) => name === 'TimeBased')
    .doc('For `TimeBased`: how much time a folder covers.'),
  timezone: c
    .string()
    .default('UTC')
    .validate((zone) => (isTimeZone(zone) ? undefined : 'Expected a time zone such as UTC or Europe/Zurich'))
    .importance('medium')
    .group('Names')
    .doc('Time zone of folders by time.'),
  'timestamp.extractor': named('TimestampExtractor', {
    Record: 'Record',
    RecordField: 'RecordField',
    Wallclock: 'Wallclock',
  })
    .default('Record')
    .recommend(['Record', 'RecordField', 'Wallclock'])
    .importance('medium')
    .group('Names')
    .doc(
      "The time that folders by time go by: `Record` (the record's timestamp), `RecordField` (see `timestamp.field`), or `Wallclock` (when it is written; after a crash a record may then be in two folders).",
    ),
  'timestamp.field': c
    .string()
    .default('timestamp')
    .importance('medium')
    .group('Names')
    .doc('For `RecordField`: a field with milliseconds since 1970 or a text as in ISO 8601.'),
  'flush.size': c
    .int()
    .default(100_000)
    .atLeast(1)
    .synonym('file.max.records')
    .importance('high')
    .group('Rotation')
    .doc('Objects of a Kafka partition are completed when they hold this many records together.'),
  'flush.bytes': c
    .size()
    .default('128MiB')
    .atLeast('64KiB')
    .importance('high')
    .group('Rotation')
    .doc('Objects of a Kafka partition are completed when they hold this much together, before compression.'),
  'rotate.interval.ms': c
    .duration()
    .default(-1)
    .importance('high')
    .group('Rotation')
    .doc('Objects are completed when a record is this much later, by its own time, than their first; -1: not.'),
  'rotate.schedule.interval.ms': c
    .duration()
    .default('10m')
    .importance('high')
    .group('Rotation')
    .doc('Objects are completed this long after they were begun, also when no more records come; -1: not.'),
  'partitioner.max.open.files': c
    .int()
    .default(1_000)
    .atLeast(1)
    .importance('medium')
    .group('Rotation')
    .doc('Objects of a Kafka partition are completed when there would be more of them at a time.'),
  'enable.conditional.writes': c
    .boolean()
    .default(true)
    .importance('low')
    .group('Delivery')
    .doc(
      'Whether an object is written only when none of its name exists (`If-None-Match`), which makes delivery exactly once. Only for servers that know no conditional writes: then objects written again after a crash replace others, and delivery is at least once.',
    ),
  's3.part.size': c
    .size()
    .default('8MiB')
    .atLeast(PART_BYTES_MIN)
    .synonym('aws.s3.part.size.bytes')
    .importance('medium')
    .group('Delivery')
    .doc('Objects larger than this are uploaded in parts of this size. Each upload has one part in memory.'),
  's3.concurrent.uploads': c
    .int()
    .default(3)
    .atLeast(1)
    .atMost(32)
    .importance('low')
    .group('Delivery')
    .doc('How many objects a task uploads at a time.'),
  's3.buffer.memory': c
    .size()
    .default('32MiB')
    .atLeast('1MiB')
    .importance('medium')
    .group('Delivery')
    .doc('How much a task keeps of unfinished objects in memory; the rest lies in a file of `s3.buffer.dir`.'),
  's3.buffer.dir': c
    .string()
    .optional()
    .importance('low')
    .group('Delivery')
    .doc(
      'Folder for what has no room in memory; default: that of the system for temporary files. Files have no name there and end with the process.',
    ),
  's3.acl.canned': c
    .oneOf(
      'private',
      'public-read',
      'public-read-write',
      'authenticated-read',
      'aws-exec-read',
      'bucket-owner-read',
      'bucket-owner-full-control',
    )
    .optional()
    .importance('low')
    .group('Delivery')
    .doc('Access list of objects.'),
  's3.ssea.name': c
    .oneOf('AES256', 'aws:kms', 'aws:kms:dsse')
    .optional()
    .synonym('aws.s3.sse.algorithm')
    .importance('low')
    .group('Delivery')
    .doc('Encryption by the server.'),
  's3.sse.kms.key.id': c
    .string()
    .nonEmpty()
    .optional()
    .importance('low')
    .group('Delivery')
    .doc('Key of `s3.ssea.name=aws:kms`.'),
};

export type SinkConfig = ConfigOf<typeof sinkFields>;

const NAMES_REMEDY =
  'objects are named by topics.dir, topic, folder, partition and offset, which makes delivery exactly once: use topics.dir and partitioner.class';
const TAGS_REMEDY =
  'objects get no tags, which policies may go by: remove it; offsets and counts are in their metadata';

export const sinkConfig = config(sinkFields, {
  check: (read) => [...checkStoreConfig(read), ...checkTogether(read)],
  ignored: {
    'storage.class': 'S3 is the only one',
    locale: 'folders have no names of months or days',
    'keys.format.class': 'keys are written beside the values: name key in format.output.fields',
    'headers.format.class': 'headers are written beside the values: name headers in format.output.fields',
    'schema.compatibility':
      'columns widen so that records of all versions have room, and are not converted to one version',
    'tombstone.encoded.partition':
      'records without a value have folders like others, and those that cannot are refused',
    'format.output.fields.value.encoding':
      'bytes are base64 in JSON and CSV, and as they are with format.class=bytes or parquet; everything else is never encoded',
    'format.output.envelope': 'only a value is never in an envelope, and several fields always are',
    'file.name.timestamp.timezone': 'see timezone',
    'file.name.timestamp.source': 'see timestamp.extractor',
    's3.wan.mode': 'requests go to store.url, or to AWS in the region',
  },
  refused: {
    ...refusedOfStore,
    'store.kafka.keys': unless('keys have no objects of their own: name key in format.output.fields', 'false'),
    'store.kafka.headers': unless(
      'headers have no objects of their own: name headers in format.output.fields',
      'false',
    ),
    's3.object.tagging': unless(TAGS_REMEDY, 'false'),
    's3.object.tagging.key.value.pairs': unless(TAGS_REMEDY),
    's3.schema.partition.affix.type': unless('folders do not have the name of a schema: remove it', 'none'),
    'aws.s3.prefix': unless(NAMES_REMEDY),
    'file.name.prefix': unless(NAMES_REMEDY),
    'file.name.template': unless(NAMES_REMEDY),
  },
});

function checkTogether(read: SinkConfig): ConfigIssue[] {
  const issues: ConfigIssue[] = [];
  if (read.partitionerClass === 'Field' && read.partitionFieldName.length === 0) {
    issues.push({ key: 'partition.field.name', message: 'partitioner.class=Field needs partition.field.name' });
  }
  if (read.partitionerClass === 'TimeBased') {
    const problem = problemOfPath(read.pathFormat);
    if (problem !== undefined) issues.push({ key: 'path.format', message: problem });
  }
  if (read.formatClass === 'bytes' && read.formatOutputFields.join() !== 'value') {
    issues.push({ key: 'format.output.fields', message: 'format.class=bytes keeps the value only' });
  }
  if (read.formatClass === 'parquet' && read.s3CompressionType !== 'none') {
    issues.push({
      key: 's3.compression.type',
      message: 'Parquet compresses inside: set parquet.codec instead, and leave s3.compression.type at none',
    });
  }
  if (read.s3SseKmsKeyId !== undefined && read.s3SseaName?.startsWith('aws:kms') !== true) {
    issues.push({
      key: 's3.sse.kms.key.id',
      message:
        's3.sse.kms.key.id needs s3.ssea.name=aws:kms or aws:kms:dsse: without it objects are not encrypted by that key',
    });
  }
  if (read.behaviorOnNullValues === 'write' && !read.formatOutputFields.includes('key')) {
    issues.push({
      key: 'behavior.on.null.values',
      message: 'write needs key among format.output.fields: without it nobody could tell what was deleted',
    });
  }
  return issues;
}

function problemOfPath(format: string | undefined): string | undefined {
  if (format === undefined) return 'partitioner.class=TimeBased needs path.format';
  try {
    timePath(format, 'UTC');
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
