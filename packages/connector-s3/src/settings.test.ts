import { sinkConfig, sourceConfig } from './index.ts';

const given = { 's3.bucket.name': 'b' };

function issues(spec: typeof sinkConfig | typeof sourceConfig, more: Record<string, string>): string[] {
  return spec.read({ ...given, ...more }).issues.map(({ message }) => message);
}

describe('settings', () => {
  it('need a bucket alone', () => {
    expect(issues(sinkConfig, {})).toEqual([]);
    expect(issues(sourceConfig, {})).toEqual([]);
    expect(sinkConfig.read({}).issues.map(({ key }) => key)).toEqual(['s3.bucket.name']);
  });

  it("are taken by Confluent's and Aiven's names", () => {
    const { config } = sinkConfig.read({
      'aws.s3.bucket.name': 'b',
      'aws.s3.endpoint': 'http://localhost:9000',
      'file.compression.type': 'GZIP',
      'file.max.records': '7',
      'format.class': 'io.confluent.connect.s3.format.json.JsonFormat',
      'partitioner.class': 'io.confluent.connect.storage.partitioner.HourlyPartitioner',
      'timestamp.extractor': 'RecordField',
      'format.bytearray.separator': '\\r\\n',
    });
    expect(config).toMatchObject({
      s3BucketName: 'b',
      s3CompressionType: 'gzip',
      flushSize: 7,
      formatClass: 'json',
      partitionerClass: 'Hourly',
      timestampExtractor: 'RecordField',
      formatBytearraySeparator: '\r\n',
    });
  });

  it.each([
    [{ 'aws.access.key.id': 'x' }, 'without aws.secret.access.key'],
    [{ 'partitioner.class': 'Field' }, 'needs partition.field.name'],
    [{ 'partitioner.class': 'TimeBased' }, 'needs path.format'],
    [{ 'partitioner.class': 'TimeBased', 'path.format': 'QQ' }, 'found QQ'],
    [{ 'partitioner.class': 'x.y.Other' }, 'Expected one of: Default, Field'],
    [{ timezone: 'Mars/North' }, 'Expected a time zone'],
    [{ 'format.class': 'parquet', 's3.compression.type': 'gzip' }, 'set parquet.codec instead'],
    [{ 'format.class': 'bytes', 'format.output.fields': 'key,value' }, 'keeps the value only'],
    [{ 'behavior.on.null.values': 'write' }, 'needs key among format.output.fields'],
    [{ 'csv.separator.char': '||' }, 'Expected one character'],
    [{ 's3.part.size': '1MiB' }, 'at least 5242880'],
  ])('of the sink are refused: %j', (more, message) => {
    expect(issues(sinkConfig, more).join()).toContain(message);
  });

  it.each([
    [{ 's3.sse.customer.key': 'secret-of-32-bytes' }, /^s3\.sse\.customer\.key is refused: .*s3\.ssea\.name$/],
    [{ 's3.credentials.provider.class': 'com.example.Provider' }, /classes of Java are not loaded/],
    [{ 's3.credentials.provider.sts.role.arn': 'arn:x' }, /classes of Java are not loaded/],
    [{ 'aws.credentials.provider': 'com.example.Provider' }, /classes of Java are not loaded/],
    [{ 'aws.sts.role.arn': 'arn:x' }, /AWS_ROLE_ARN/],
    [{ 's3.proxy.url': 'http://proxy' }, /without a proxy/],
  ])('of both that would change who sees the data, and how, are refused: %j', (more, message) => {
    for (const spec of [sinkConfig, sourceConfig]) {
      expect(issues(spec, { topic: 't', ...more })).toEqual([expect.stringMatching(message)]);
      expect(issues(spec, { topic: 't', ...more }).join()).not.toContain('secret-of-32-bytes');
    }
  });

  it.each([
    [{ 'store.kafka.keys': 'true' }, 'name key in format.output.fields'],
    [{ 'store.kafka.headers': 'true' }, 'name headers in format.output.fields'],
    [{ 's3.object.tagging': 'true' }, 'no tags'],
    [{ 'aws.s3.prefix': 'data/' }, 'use topics.dir'],
    [{ 'file.name.template': '{{topic}}-{{start_offset}}' }, 'use topics.dir'],
    [{ 's3.schema.partition.affix.type': 'PREFIX' }, 'name of a schema'],
    [{ 's3.sse.kms.key.id': 'k' }, 'needs s3.ssea.name=aws:kms'],
    [{ 's3.sse.kms.key.id': 'k', 's3.ssea.name': 'AES256' }, 'needs s3.ssea.name=aws:kms'],
  ])('of the sink that would write other objects than asked for are refused: %j', (more, message) => {
    expect(issues(sinkConfig, more)).toEqual([expect.stringContaining(message)]);
  });

  it('of others that ask for nothing are taken', () => {
    const read = sinkConfig.read({
      ...given,
      's3.sse.customer.key': '',
      's3.credentials.provider.class': 'com.amazonaws.auth.DefaultAWSCredentialsProviderChain',
      's3.proxy.url': '',
      's3.object.tagging': 'false',
      'store.kafka.keys': 'false',
      's3.schema.partition.affix.type': 'NONE',
      'storage.class': 'io.confluent.connect.s3.storage.S3Storage',
      'aws.s3.sse.algorithm': 'aws:kms',
      's3.sse.kms.key.id': 'k',
    });
    expect(read.issues).toEqual([]);
    expect(read.warnings.map(({ key }) => key)).toEqual(['storage.class']);
    expect(read.config).toMatchObject({ s3SseaName: 'aws:kms', s3SseKmsKeyId: 'k' });
  });

  it.each([
    [{ 'file.name.template': '{{any}}' }, 'set topic, or {{topic}}'],
    [{ 'file.name.template': '{{colour}}', topic: 't' }, 'found colour'],
    [{ 'file.name.template': '{{topic}}', 'partition.from.name': 'true' }, 'needs {{partition}}'],
    [{ 'input.format': 'csv', 'csv.first.row.as.header': 'false' }, 'needs the names of its columns'],
    [{ 'input.format': 'parquet' }, 'Expected one of: json, csv, bytes'],
  ])('of the source are refused: %j', (more, message) => {
    expect(issues(sourceConfig, more).join()).toContain(message);
  });
});
