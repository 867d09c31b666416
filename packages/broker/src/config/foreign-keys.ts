/**
 * Kafka's broker settings that mean nothing here, each taken or refused on purpose, so that a Kafka settings file either works
 * or says where it asks for something that this broker does not do.
 *
 * Accepted: the setting tunes machinery that is not here; without it everything that was asked for still holds.
 * Refused: leaving it out would change what the operator relies on (security, limits, policies), so starting would be a lie.
 */

export interface ForeignKey {
  readonly kind: 'accepted' | 'refused';
  readonly reason: string;
  /** Values of a refused key that ask for nothing and are therefore taken. */
  readonly harmless: readonly string[];
}

interface ForeignGroup {
  readonly reason: string;
  /** Separated by white space. */
  readonly keys: string;
}

const ACCEPTED: readonly ForeignGroup[] = [
  {
    reason:
      'there is no controller quorum and no metadata log: topics and settings are in a small database of the broker',
    keys: `process.roles controller.quorum.voters controller.quorum.bootstrap.servers controller.quorum.append.linger.ms
      controller.quorum.auto.join.enable controller.quorum.election.backoff.max.ms controller.quorum.election.timeout.ms
      controller.quorum.fetch.max.bytes controller.quorum.fetch.snapshot.max.bytes controller.quorum.fetch.timeout.ms
      controller.quorum.request.timeout.ms controller.quorum.retry.backoff.ms controller.quota.window.num
      controller.quota.window.size.seconds controller.socket.timeout.ms controller.performance.always.log.threshold.ms
      controller.performance.sample.period.ms broker.heartbeat.interval.ms broker.session.timeout.ms
      initial.broker.registration.timeout.ms internal.metadata.delete.delay.millis internal.metadata.log.segment.bytes
      internal.metadata.max.batch.size.in.bytes metadata.log.dir metadata.log.max.record.bytes.between.snapshots
      metadata.log.max.snapshot.interval.ms metadata.log.segment.bytes metadata.log.segment.ms metadata.max.idle.interval.ms
      metadata.max.retention.bytes metadata.max.retention.ms server.max.startup.time.ms zookeeper.connect
      zookeeper.connection.timeout.ms zookeeper.session.timeout.ms inter.broker.protocol.version log.message.format.version`,
  },
  {
    reason: 'each partition has one copy, owned by one broker: nothing is replicated between brokers',
    keys: `auto.leader.rebalance.enable leader.imbalance.check.interval.seconds controlled.shutdown.enable
      inter.broker.listener.name num.replica.fetchers num.replica.alter.log.dirs.threads
      replica.fetch.backoff.ms replica.fetch.max.bytes replica.fetch.min.bytes replica.fetch.response.max.bytes
      replica.fetch.wait.max.ms replica.high.watermark.checkpoint.interval.ms replica.lag.time.max.ms
      replica.socket.receive.buffer.bytes replica.socket.timeout.ms replication.quota.window.num
      replication.quota.window.size.seconds alter.log.dirs.replication.quota.window.num
      alter.log.dirs.replication.quota.window.size.seconds unclean.leader.election.interval.ms
      socket.connection.setup.timeout.max.ms socket.connection.setup.timeout.ms request.timeout.ms
      log.dir.failure.timeout.ms transaction.state.log.min.isr`,
  },
  {
    reason: 'one event loop does the work: there are no thread pools and no queues of requests to size',
    keys: `background.threads num.io.threads num.network.threads num.recovery.threads.per.data.dir queued.max.requests
      group.coordinator.threads group.coordinator.background.threads delete.records.purgatory.purge.interval.requests
      fetch.purgatory.purge.interval.requests producer.purgatory.purge.interval.requests
      share.fetch.purgatory.purge.interval.requests producer.id.expiration.check.interval.ms`,
  },
  {
    reason: 'the operating system sizes the socket buffers',
    keys: 'socket.receive.buffer.bytes socket.send.buffer.bytes',
  },
  {
    reason: 'the journal makes records durable, and recovery starts at its newest checkpoint',
    keys: `log.flush.offset.checkpoint.interval.ms log.flush.start.offset.checkpoint.interval.ms log.initial.task.delay.ms
      offsets.commit.timeout.ms offsets.load.buffer.size offsets.topic.compression.codec group.coordinator.append.linger.ms
      group.coordinator.cached.buffer.max.bytes transaction.state.log.load.buffer.size`,
  },
  {
    reason: 'the broker adds partitions to transactions itself, without a request that could have to be repeated',
    keys: 'add.partitions.to.txn.retry.backoff.max.ms add.partitions.to.txn.retry.backoff.ms',
  },
  {
    reason: 'this release serves classic and consumer groups only',
    keys: `group.share.assignment.interval.ms group.share.assignors group.share.delivery.count.limit
      group.share.heartbeat.interval.ms group.share.initialize.retry.interval.ms group.share.max.assignment.interval.ms
      group.share.max.delivery.count.limit group.share.max.heartbeat.interval.ms group.share.max.partition.max.record.locks
      group.share.max.record.lock.duration.ms group.share.max.session.timeout.ms group.share.max.share.sessions
      group.share.max.size group.share.min.assignment.interval.ms group.share.min.delivery.count.limit
      group.share.min.heartbeat.interval.ms group.share.min.partition.max.record.locks
      group.share.min.record.lock.duration.ms group.share.min.session.timeout.ms group.share.partition.max.record.locks
      group.share.persister.class.name group.share.record.lock.duration.ms group.share.session.timeout.ms
      group.streams.assignment.interval.ms group.streams.heartbeat.interval.ms group.streams.initial.rebalance.delay.ms
      group.streams.max.assignment.interval.ms group.streams.max.heartbeat.interval.ms
      group.streams.max.session.timeout.ms group.streams.max.size group.streams.max.standby.replicas
      group.streams.min.assignment.interval.ms group.streams.min.heartbeat.interval.ms
      group.streams.min.session.timeout.ms group.streams.num.standby.replicas group.streams.session.timeout.ms
      share.coordinator.append.linger.ms share.coordinator.cached.buffer.max.bytes
      share.coordinator.cold.partition.snapshot.interval.ms share.coordinator.load.buffer.size
      share.coordinator.snapshot.update.records.per.snapshot share.coordinator.state.topic.compression.codec
      share.coordinator.state.topic.min.isr share.coordinator.state.topic.num.partitions
      share.coordinator.state.topic.prune.interval.ms share.coordinator.state.topic.replication.factor
      share.coordinator.state.topic.segment.bytes share.coordinator.threads share.coordinator.write.timeout.ms`,
  },
  {
    reason: 'tiered storage is off (remote.log.storage.system.enable)',
    keys: `follower.fetch.last.tiered.offset.enable remote.fetch.max.wait.ms remote.list.offsets.request.timeout.ms
      remote.log.index.file.cache.total.size.bytes remote.log.index.file.cache.ttl.ms
      remote.log.manager.copier.thread.pool.size remote.log.manager.copy.max.bytes.per.second
      remote.log.manager.copy.quota.window.num remote.log.manager.copy.quota.window.size.seconds
      remote.log.manager.expiration.thread.pool.size remote.log.manager.fetch.max.bytes.per.second
      remote.log.manager.fetch.quota.window.num remote.log.manager.fetch.quota.window.size.seconds
      remote.log.manager.follower.thread.pool.size remote.log.manager.task.interval.ms
      remote.log.manager.task.retry.backoff.max.ms remote.log.manager.task.retry.backoff.ms
      remote.log.manager.task.retry.jitter remote.log.manager.thread.pool.size
      remote.log.metadata.custom.metadata.max.bytes remote.log.metadata.manager.class.name
      remote.log.metadata.manager.class.path remote.log.metadata.manager.impl.prefix
      remote.log.metadata.manager.listener.name remote.log.reader.max.pending.tasks remote.log.reader.threads
      remote.log.storage.manager.class.name remote.log.storage.manager.class.path
      remote.log.storage.manager.impl.prefix`,
  },
  {
    reason: 'metrics are at the HTTP port (millrace.ops.port), not in the Java runtime',
    keys: `metric.reporters metrics.num.samples metrics.recording.level metrics.sample.window.ms kafka.metrics.reporters
      kafka.metrics.polling.interval.secs telemetry.max.bytes quota.window.num quota.window.size.seconds`,
  },
];

const REFUSED: readonly (ForeignGroup & { readonly harmless?: Readonly<Record<string, readonly string[]>> })[] = [
  {
    reason: 'this release has no authentication, encryption or authorization',
    keys: `authorizer.class.name super.users allow.everyone.if.no.acl.found principal.builder.class early.start.listeners
      connection.failed.authentication.delay.ms connections.max.reauth.ms delegation.token.expiry.check.interval.ms
      delegation.token.expiry.time.ms delegation.token.max.lifetime.ms delegation.token.secret.key
      sasl.client.callback.handler.class sasl.enabled.mechanisms sasl.jaas.config sasl.kerberos.kinit.cmd
      sasl.kerberos.min.time.before.relogin sasl.kerberos.principal.to.local.rules sasl.kerberos.service.name
      sasl.kerberos.ticket.renew.jitter sasl.kerberos.ticket.renew.window.factor sasl.login.callback.handler.class
      sasl.login.class sasl.login.connect.timeout.ms sasl.login.read.timeout.ms sasl.login.refresh.buffer.seconds
      sasl.login.refresh.min.period.seconds sasl.login.refresh.window.factor sasl.login.refresh.window.jitter
      sasl.login.retry.backoff.max.ms sasl.login.retry.backoff.ms sasl.mechanism.controller.protocol
      sasl.mechanism.inter.broker.protocol sasl.oauthbearer.assertion.algorithm sasl.oauthbearer.assertion.claim.aud
      sasl.oauthbearer.assertion.claim.exp.seconds sasl.oauthbearer.assertion.claim.iss
      sasl.oauthbearer.assertion.claim.jti.include sasl.oauthbearer.assertion.claim.nbf.seconds
      sasl.oauthbearer.assertion.claim.sub sasl.oauthbearer.assertion.file sasl.oauthbearer.assertion.private.key.file
      sasl.oauthbearer.assertion.private.key.passphrase sasl.oauthbearer.assertion.template.file
      sasl.oauthbearer.client.credentials.client.id sasl.oauthbearer.client.credentials.client.secret
      sasl.oauthbearer.clock.skew.seconds sasl.oauthbearer.expected.audience sasl.oauthbearer.expected.issuer
      sasl.oauthbearer.jwks.endpoint.refresh.ms sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms
      sasl.oauthbearer.jwks.endpoint.retry.backoff.ms sasl.oauthbearer.jwks.endpoint.url
      sasl.oauthbearer.jwt.retriever.class sasl.oauthbearer.jwt.validator.class sasl.oauthbearer.scope
      sasl.oauthbearer.scope.claim.name sasl.oauthbearer.sub.claim.name sasl.oauthbearer.token.endpoint.url
      sasl.server.callback.handler.class sasl.server.max.receive.size security.inter.broker.protocol security.providers
      ssl.allow.dn.changes ssl.allow.san.changes ssl.cipher.suites ssl.client.auth ssl.enabled.protocols
      ssl.endpoint.identification.algorithm ssl.engine.factory.class ssl.key.password ssl.keymanager.algorithm
      ssl.keystore.certificate.chain ssl.keystore.key ssl.keystore.location ssl.keystore.password ssl.keystore.type
      ssl.principal.mapping.rules ssl.protocol ssl.provider ssl.secure.random.implementation ssl.trustmanager.algorithm
      ssl.truststore.certificates ssl.truststore.location ssl.truststore.password ssl.truststore.type`,
    harmless: {
      'security.inter.broker.protocol': ['PLAINTEXT'],
      'ssl.client.auth': ['none'],
      'allow.everyone.if.no.acl.found': ['true'],
      'connections.max.reauth.ms': ['0'],
    },
  },
  {
    reason: 'Java classes cannot be loaded into this broker',
    keys: `alter.config.policy.class.name create.topic.policy.class.name client.quota.callback.class config.providers
      replica.selector.class`,
  },
  {
    reason: 'this release does not enforce this limit; use max.connections and max.connections.per.ip',
    keys: 'max.connection.creation.rate max.connections.per.ip.overrides',
    harmless: { 'max.connection.creation.rate': ['2147483647'] },
  },
  {
    reason: 'this release has no tiered storage',
    keys: 'remote.log.storage.system.enable',
    harmless: { 'remote.log.storage.system.enable': ['false'] },
  },
  {
    reason: 'this release has no two-phase commit',
    keys: 'transaction.two.phase.commit.enable',
    harmless: { 'transaction.two.phase.commit.enable': ['false'] },
  },
  {
    reason: 'this broker has one data folder and cannot set it aside',
    keys: 'cordoned.log.dirs',
  },
  {
    reason: 'this broker offers what works and nothing else',
    keys: 'unstable.api.versions.enable unstable.feature.versions.enable',
    harmless: { 'unstable.api.versions.enable': ['false'], 'unstable.feature.versions.enable': ['false'] },
  },
];

export const FOREIGN_KEYS: ReadonlyMap<string, ForeignKey> = new Map([
  ...ACCEPTED.flatMap(({ reason, keys }) =>
    keys.split(/\s+/).map((key): [string, ForeignKey] => [key, { kind: 'accepted', reason, harmless: [] }]),
  ),
  ...REFUSED.flatMap(({ reason, keys, harmless }) =>
    // A key without a value asks for nothing.
    keys
      .split(/\s+/)
      .map((key): [string, ForeignKey] => [
        key,
        { kind: 'refused', reason, harmless: ['', ...(harmless?.[key] ?? [])] },
      ]),
  ),
]);

/** Kafka's per-listener overrides of security and connection settings. */
export const LISTENER_PREFIX = 'listener.name.';
