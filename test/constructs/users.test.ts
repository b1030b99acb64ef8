import { describe, expect, it } from '@jest/globals';
import { Duration, type Chart } from 'cdk8s';
import { KafkaAuthorization } from '../../constructs/kafka-authorization.js';
import type { KafkaCluster } from '../../constructs/kafka-cluster.js';
import { KafkaListener, ListenerAuthentication } from '../../constructs/kafka-listener.js';
import type { KafkaTopic } from '../../constructs/kafka-topic.js';
import { KafkaUser, type KafkaUserProps } from '../../constructs/kafka-user.js';
import { MusterError } from '../../constructs/model/error.js';
import { UserAuthentication } from '../../constructs/user-authentication.js';
import { clusterOf, manifest, stage } from './stage.js';

function secured(): { chart: Chart; cluster: KafkaCluster; topic: KafkaTopic } {
  const { chart } = stage();
  const authentication = ListenerAuthentication.scramSha512();
  return {
    chart,
    ...clusterOf(chart, 3, {
      listeners: [KafkaListener.internal({ name: 'tls', port: 9093, authentication })],
      authorization: KafkaAuthorization.simple(),
    }),
  };
}
const user = (props: Partial<KafkaUserProps> = {}): { chart: Chart; topic: KafkaTopic; made: KafkaUser } => {
  const { chart, cluster, topic } = secured();
  return { chart, topic, made: new KafkaUser(chart, 'User', { cluster, name: 'inventory', ...props }) };
};
const aclsOf = (chart: Chart): unknown => manifest(chart, 'KafkaUser').spec.authorization.acls;

describe('a user', () => {
  it('may do nothing until it is granted something', () => {
    const { chart } = user();
    expect(manifest(chart, 'KafkaUser').spec).toEqual({ authentication: { type: 'scram-sha-512' } });
  });

  it('reads a topic as a member of a group, and nothing besides', () => {
    const { chart, topic, made } = user();
    topic.grantRead(made, 'inventory-service');
    expect(aclsOf(chart)).toEqual([
      { operations: ['Read'], resource: { name: 'inventory-service', patternType: 'literal', type: 'group' } },
      { operations: ['Describe', 'Read'], resource: { name: 'sales.order.created', patternType: 'literal', type: 'topic' } },
    ]);
  });

  it('has one ACL a resource, sorted, whatever the order of the grants', () => {
    const [one, other] = [user(), user()];
    one.topic.grantRead(one.made, 'g');
    one.topic.grantWrite(one.made);
    one.made.grantTransactions('inventory-', 'prefix');
    other.made.grantTransactions('inventory-', 'prefix');
    other.topic.grantWrite(other.made);
    other.topic.grantWrite(other.made);
    other.topic.grantRead(other.made, 'g');
    expect(aclsOf(other.chart)).toEqual(aclsOf(one.chart));
    expect(aclsOf(one.chart)).toContainEqual({
      operations: ['Describe', 'Read', 'Write'],
      resource: { name: 'sales.order.created', patternType: 'literal', type: 'topic' },
    });
    expect(aclsOf(one.chart)).toContainEqual({
      operations: ['Describe', 'Write'],
      resource: { name: 'inventory-', patternType: 'prefix', type: 'transactionalId' },
    });
  });

  it('is a super user by its certificate or its name', () => {
    const { chart, cluster } = secured();
    new KafkaUser(chart, 'Admin', { cluster, name: 'operations', superUser: true });
    expect(manifest(chart, 'Kafka').spec.kafka.authorization.superUsers).toEqual(['operations']);
  });
});

describe('a user is refused', () => {
  it.each<[string, () => unknown, string]>([
    [
      'where no listener lets it in',
      () => user({ authentication: UserAuthentication.mutualTls() }),
      'has authentication tls, but no listener of Kafka bhf-kafka asks for it',
    ],
    [
      'a grant where Kafka keeps no ACLs',
      () => {
        const { chart } = stage();
        const authentication = ListenerAuthentication.scramSha512();
        const { cluster, topic } = clusterOf(chart, 3, {
          listeners: [KafkaListener.internal({ name: 'tls', port: 9093, authentication })],
        });
        topic.grantWrite(new KafkaUser(chart, 'User', { cluster, name: 'shop' }));
      },
      'keeps no ACLs',
    ],
    [
      'a grant of another cluster',
      () => {
        const { made } = user();
        secured().topic.grantWrite(made);
      },
      'a grant holds within one cluster',
    ],
    [
      'a certificate that is renewed before it begins',
      () => UserAuthentication.mutualTls({ validity: Duration.days(30), renewal: Duration.days(30) }),
      'cannot be renewed 30 days before its end',
    ],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(MusterError);
    expect(make).toThrow(message);
  });
});
