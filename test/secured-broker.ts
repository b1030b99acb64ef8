import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka, logLevel, type AclEntry, type Admin } from 'kafkajs';
import { hostFrom } from '../scripts/host.js';
import { newId, prepareKafka, temporaryFiles } from '../scripts/kafka/distribution.js';
import { freePorts } from '../scripts/kafka/ports.js';
import { launch } from '../scripts/processes.js';
import { openRun } from '../scripts/run-folder.js';
import { kafkaVersion, packageDir } from './brokers.js';

/** A real broker with listeners as Strimzi sets them up: SCRAM over TLS, mutual TLS, and Kafka's own authoriser. */
export interface SecuredBroker {
  readonly scram: string;
  readonly mtls: string;
  /** Comes in where nobody else does, and may do everything. */
  readonly admin: Admin;
  /** Folders as a worker finds them: the certificate of the brokers, a user with a password, a user with a certificate. */
  readonly files: { readonly ca: string; readonly password: string; readonly certificate: string; readonly key: string };
  allow(acls: readonly AclEntry[]): Promise<void>;
  stop(): Promise<void>;
}

/** Makes an authority, the broker's certificate and a client's, as PEM. */
function certificates(folder: string, user: string): void {
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=ca', '-keyout', 'ca.key', '-out', 'ca.crt');
  writeFileSync(join(folder, 'san'), 'subjectAltName=IP:127.0.0.1');
  for (const name of ['broker', user]) {
    openssl('req', '-newkey', 'rsa:2048', '-nodes', '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.csr`);
    const args = ['-in', `${name}.csr`, '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'san'];
    openssl('x509', '-req', ...args, '-out', `${name}.crt`);
  }
  const pem = (name: string): string => readFileSync(join(folder, name), 'utf8');
  writeFileSync(join(folder, 'broker.pem'), `${pem('broker.key')}${pem('broker.crt')}${pem('ca.crt')}`);
}

/** @param user name of the one user, who has the password `secret`, and a certificate */
export async function startSecuredBroker(user: string): Promise<SecuredBroker> {
  const cwd = mkdtempSync(join(tmpdir(), 'muster-secured-'));
  const { java, jvmArgs } = await prepareKafka(hostFrom(process.env, cwd, packageDir), kafkaVersion, undefined, () => undefined);
  const run = openRun(cwd, 'test', join(packageDir, 'build/scripts/watchdog.js'));
  const dir = join(run.dir, 'broker');
  mkdirSync(dir, { recursive: true });
  certificates(dir, user);
  const [plain = 0, scram = 0, mtls = 0, controller = 0] = await freePorts(4);
  const listeners = `PLAIN://127.0.0.1:${plain},SCRAM://127.0.0.1:${scram},MTLS://127.0.0.1:${mtls}`;
  const properties = {
    'node.id': 0,
    'process.roles': 'broker,controller',
    'controller.quorum.voters': `0@127.0.0.1:${controller}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: `${listeners},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': listeners,
    'listener.security.protocol.map': 'PLAIN:PLAINTEXT,SCRAM:SASL_SSL,MTLS:SSL,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'PLAIN',
    'sasl.enabled.mechanisms': 'SCRAM-SHA-512',
    'listener.name.scram.scram-sha-512.sasl.jaas.config': 'org.apache.kafka.common.security.scram.ScramLoginModule required;',
    'listener.name.mtls.ssl.client.auth': 'required',
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': join(dir, 'broker.pem'),
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': join(dir, 'ca.crt'),
    // As Strimzi maps them: the user is the CN.
    'ssl.principal.mapping.rules': 'DEFAULT',
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': 'User:ANONYMOUS',
    'auto.create.topics.enable': false,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 1,
    'group.initial.rebalance.delay.ms': 0,
    'log.cleaner.dedupe.buffer.size': 2_097_152,
    'log.dirs': join(dir, 'data'),
  };
  const file = join(dir, 'server.properties');
  writeFileSync(
    file,
    Object.entries(properties)
      .map(([key, value]) => `${key}=${String(value)}\n`)
      .join(''),
  );
  const scramUser = `SCRAM-SHA-512=[name=${user},password=secret]`;
  const format = ['kafka.tools.StorageTool', 'format', '-t', newId(), '-c', file, '--add-scram', scramUser];
  execFileSync(java, [...jvmArgs, ...temporaryFiles(dir), ...format], { stdio: 'ignore' });
  launch(run.dir, {
    what: 'secured broker',
    command: java,
    args: [...jvmArgs, ...temporaryFiles(dir), 'kafka.Kafka', file],
    cwd: dir,
    env: {},
    output: join(dir, 'server.log'),
  });
  writeFileSync(join(dir, 'password'), 'secret\n');

  const kafka = new Kafka({ brokers: [`127.0.0.1:${plain}`], logLevel: logLevel.NOTHING, retry: { initialRetryTime: 200, retries: 30 } });
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: 'orders.created', numPartitions: 3 }], waitForLeaders: true });
  return {
    scram: `127.0.0.1:${scram}`,
    mtls: `127.0.0.1:${mtls}`,
    admin,
    files: {
      ca: join(dir, 'ca.crt'),
      password: join(dir, 'password'),
      certificate: join(dir, `${user}.crt`),
      key: join(dir, `${user}.key`),
    },
    allow: async (acl) => {
      await admin.createAcls({ acl: [...acl] });
    },
    stop: async () => {
      await admin.disconnect();
      await run.remove();
      rmSync(cwd, { recursive: true, force: true });
    },
  };
}
