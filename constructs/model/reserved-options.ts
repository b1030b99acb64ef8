/** Options of a `config` map that Strimzi sets itself, as its API classes list them. */
export interface ReservedOptions {
  /** What an option's name begins with, compared in lower case. */
  readonly prefixes: readonly string[];
  /** Whole names that pass all the same. */
  readonly exceptions: readonly string[];
  /** Whole names that do not pass either. */
  readonly names?: readonly string[];
}

const words = (text: string): string[] => text.trim().split(/,?\s+/);

const clientExceptions = words('ssl.endpoint.identification.algorithm, ssl.cipher.suites, ssl.protocol, ssl.enabled.protocols');
const connectPrefixes = words(`
  group.id, config.storage.topic, offset.storage.topic, status.storage.topic, ssl., sasl., security., listeners, plugin.path, rest.,
  bootstrap.servers, consumer.interceptor.classes, producer.interceptor.classes`);

/** Of Strimzi 1.2.0, by the class of its API that holds the list. */
export const reservedOptions = {
  KafkaClusterSpec: {
    prefixes: words(`
      listeners, advertised., broker., listener., host.name, port, inter.broker.listener.name, sasl., ssl., security., password., log.dir,
      zookeeper.connect, zookeeper.set.acl, zookeeper.ssl, zookeeper.clientCnxnSocket, authorizer., super.user,
      cruise.control.metrics.topic, cruise.control.metrics.reporter.bootstrap.servers,
      node.id, process.roles, controller., metadata.log.dir, zookeeper.metadata.migration.enable,
      client.quota.callback.static.kafka.admin., client.quota.callback.static.produce, client.quota.callback.static.fetch,
      client.quota.callback.static.storage.per.volume.limit.min.available.,
      client.quota.callback.static.excluded.principal.name.list, prometheus.metrics.reporter., cordoned.log.dirs`),
    exceptions: words(`
      zookeeper.connection.timeout.ms, sasl.server.max.receive.size, ssl.cipher.suites, ssl.protocol, ssl.enabled.protocols,
      ssl.secure.random.implementation, cruise.control.metrics.topic.num.partitions, cruise.control.metrics.topic.replication.factor,
      cruise.control.metrics.topic.retention.ms, cruise.control.metrics.topic.auto.create.retries,
      cruise.control.metrics.topic.auto.create.timeout.ms, cruise.control.metrics.topic.min.insync.replicas,
      broker.session.timeout.ms, broker.heartbeat.interval.ms, controller.socket.timeout.ms,
      controller.quorum.election.backoff.max.ms, controller.quorum.election.timeout.ms, controller.quorum.fetch.timeout.ms`),
  },
  KafkaListenerAuthenticationCustom: { prefixes: ['ssl.keystore.'], exceptions: [] },
  CruiseControlSpec: {
    prefixes: words(`
      bootstrap.servers, client.id, zookeeper., network., security., failed.brokers.zk.path, webserver.http., webserver.api.urlprefix,
      webserver.session.path, webserver.accesslog., two.step., request.reason.required, metric.reporter.sampler.bootstrap.servers,
      capacity.config.file, self.healing., ssl., kafka.broker.failure.detection.enable, topic.config.provider.class`),
    exceptions: words(`
      ssl.cipher.suites, ssl.protocol, ssl.enabled.protocols, webserver.http.cors.enabled, webserver.http.cors.origin,
      webserver.http.cors.exposeheaders, webserver.security.enable, webserver.ssl.enable`),
  },
  KafkaConnectSpec: { prefixes: [...connectPrefixes, 'prometheus.metrics.reporter.'], exceptions: clientExceptions },
  KafkaMirrorMaker2ClusterSpec: { prefixes: connectPrefixes, exceptions: clientExceptions },
  KafkaBridgeSpec: {
    prefixes: words('kafka., http., bridge.metrics.'),
    exceptions: [],
    names: words('bridge.id, bridge.tracing, bridge.metrics'),
  },
  KafkaBridgeConsumerSpec: { prefixes: words('ssl., bootstrap.servers, group.id, sasl., security.'), exceptions: clientExceptions },
  KafkaBridgeProducerSpec: { prefixes: words('ssl., bootstrap.servers, sasl., security.'), exceptions: clientExceptions },
  KafkaBridgeAdminClientSpec: { prefixes: words('ssl., bootstrap.servers, sasl., security.'), exceptions: clientExceptions },
  KafkaBridgeHttpTls: { prefixes: ['ssl.'], exceptions: words('ssl.enabled.cipher.suites, ssl.enabled.protocols') },
} as const satisfies Readonly<Record<string, ReservedOptions>>;

/** Of a listener, written as `listener.name.NAME-PORT.OPTION`: the only options that a person may set there. */
export const perListenerOptions: readonly string[] = ['connections.max.reauth.ms', 'max.connections', 'max.connection.creation.rate'];

/** Whether Strimzi drops the option; upper case does not save it, and an exception is an exception only as it is written. */
export function isReserved(option: string, { prefixes, exceptions, names = [] }: ReservedOptions): boolean {
  const name = option.toLowerCase();
  return names.includes(name) || (prefixes.some((prefix) => name.startsWith(prefix)) && !exceptions.includes(option));
}
