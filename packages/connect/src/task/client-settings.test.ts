import { adminClient, clientProperties, consumerClient, producerClient } from './client-settings.ts';

const servers = { 'bootstrap.servers': 'a:9092, b:9092' };

describe('settings of clients', () => {
  it('come from the worker, its settings for the role, and the connector, in this order', () => {
    const worker = {
      ...servers,
      'group.id': 'workers',
      'client.id': 'worker',
      'producer.linger.ms': '5',
      'producer.compression.type': 'lz4',
      'consumer.max.poll.records': '7',
    };
    const connector = { 'producer.override.linger.ms': '9', 'producer.override.client.id': 'mine', topic: 'x' };

    expect(clientProperties('producer', worker, connector)).toEqual({
      ...servers,
      'client.id': 'mine',
      'linger.ms': '9',
      'compression.type': 'lz4',
    });
  });

  it('become options, and tell which mean nothing', () => {
    const { kafka, options, ignored } = producerClient({
      ...servers,
      acks: '-1',
      'enable.idempotence': 'true',
      'batch.size': '16384',
      'compression.type': 'zstd',
      'compression.zstd.level': '7',
      'max.in.flight.requests.per.connection': '1',
    });

    expect(kafka).toEqual({ brokers: ['a:9092', 'b:9092'] });
    expect(options).toEqual({
      acks: 'all',
      idempotent: true,
      batchBytes: 16_384,
      compression: { codec: 'zstd', level: 7 },
      deliveryTimeoutMs: 2_147_483_647,
    });
    expect(ignored).toEqual(['max.in.flight.requests.per.connection']);
  });

  it('of consumers know Kafka’s names of values', () => {
    const { options, maxPollRecords } = consumerClient({
      ...servers,
      'group.id': 'g',
      'auto.offset.reset': 'none',
      'isolation.level': 'READ_UNCOMMITTED',
      'max.poll.records': '11',
      'partition.assignment.strategy':
        'org.apache.kafka.clients.consumer.RangeAssignor,org.apache.kafka.clients.consumer.CooperativeStickyAssignor',
    });

    expect(options).toEqual({
      group: 'g',
      from: 'fail',
      isolation: 'uncommitted',
      assignors: ['range', 'cooperative-sticky'],
    });
    expect(maxPollRecords).toBe(11);
  });

  it.each([
    [{ 'session.timeout.ms': '6000' }, 'classic'],
    [{ 'heartbeat.interval.ms': '1000' }, 'classic'],
    [{ 'session.timeout.ms': '6000', 'group.protocol': 'CONSUMER' }, 'consumer'],
    [{ 'max.poll.interval.ms': '6000' }, undefined],
  ])('of consumers choose the protocol that has them: %j', (properties: Record<string, string>, protocol) => {
    expect(consumerClient({ ...servers, ...properties }).options.protocol).toBe(protocol);
  });

  it('secure connections by user and password', () => {
    const { kafka } = adminClient({
      ...servers,
      'security.protocol': 'SASL_SSL',
      'sasl.mechanism': 'SCRAM-SHA-512',
      'sasl.jaas.config':
        'org.apache.kafka.common.security.scram.ScramLoginModule required username="us\\"er" password="pa;ss=w\\\\ord";',
    });

    expect(kafka.tls).toBe(true);
    expect(kafka.auth).toEqual({ mechanism: 'scram-sha-512', username: 'us"er', password: 'pa;ss=w\\ord' });
  });

  it('use no password where the connection is plain', () => {
    const { kafka } = adminClient({ ...servers, 'sasl.mechanism': 'PLAIN', 'security.protocol': 'PLAINTEXT' });
    expect(kafka.auth).toBeUndefined();
  });

  it.each([
    [{}, 'set bootstrap.servers'],
    [{ ...servers, 'security.protocol': 'TLS' }, 'security.protocol is "TLS"'],
    [
      { ...servers, 'security.protocol': 'SSL', 'ssl.truststore.location': '/x/trust.jks' },
      'ssl.truststore.type is "JKS"',
    ],
    [
      { ...servers, 'security.protocol': 'SSL', 'ssl.truststore.type': 'PEM', 'ssl.truststore.location': '/' },
      'ssl.truststore.location is "/", which cannot be read (',
    ],
    [{ ...servers, 'security.protocol': 'SASL_SSL', 'sasl.mechanism': 'GSSAPI' }, 'sasl.mechanism is "GSSAPI"'],
    [{ ...servers, 'security.protocol': 'SASL_PLAINTEXT', 'sasl.mechanism': 'PLAIN' }, 'username="…" and password="…"'],
    [{ ...servers, 'default.api.timeout.ms': 'soon' }, 'default.api.timeout.ms is "soon": use a number'],
  ])('refuse %j', (properties: Record<string, string>, message) => {
    expect(() => adminClient(properties)).toThrow(
      expect.objectContaining({ code: 'MILLRACE_CONNECT_INVALID_CONFIG', message: expect.stringContaining(message) }),
    );
  });
});
