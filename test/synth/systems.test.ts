import { describe, expect, it } from '@jest/globals';
import { environmentNames, declare } from '../../apps/environments.js';
import { recordAt, listAt, textAt, type Resource } from '../../constructs/model/resource.js';
import { resourcesBelow } from '../../constructs/validation.js';

const objects = new Map<string, Resource[]>(
  environmentNames.map((name) => {
    const app = declare(name)?.app;
    return [name, app === undefined ? [] : resourcesBelow(app)];
  }),
);
const of = (environment: string, kind: string): Resource[] => (objects.get(environment) ?? []).filter((object) => object.kind === kind);

/** Topics of an environment as NAME PARTITIONS×REPLICAS/IN SYNC. */
const topics = (environment: string): string[] =>
  of(environment, 'KafkaTopic').map(({ metadata, spec = {} }) => {
    const name = textAt(spec, 'topicName') ?? metadata.name;
    return `${name} ${String(spec['partitions'])}×${String(spec['replicas'])}/${String(recordAt(spec, 'config')['min.insync.replicas'])}`;
  });

describe('the topics of the systems', () => {
  it('are all on k3s, with the partitions of their sources', () =>
    expect(topics('k3s').sort()).toEqual(
      [
        'commande 3×3/2',
        'commandes_machines 1×3/2',
        'delivery.shipped 3×3/2',
        'email.sent 3×3/2',
        'live-flight-dlq 1×3/2',
        'order.chain.dlq 1×3/2',
        'orders.dlq 1×3/2',
        'orders.exercise.created 6×3/2',
        'orders.exercise.dlq 1×3/2',
        'orders.retry 1×3/2',
        'reservations.booked 24×3/2',
        'live-flight-airnav 3×3/2',
        'live-flight-flight24 3×3/2',
        'machines.step.completed 1×3/2',
        'order.created 3×3/2',
        'order.placed 3×3/2',
        'orders.bulk.created 21×3/2',
        'orders.created 6×3/2',
        'payment.successful 3×3/2',
        'reservations.created 24×3/2',
        'reservations.dlq 1×3/2',
        'reservations.rejected 3×3/2',
        'shop.order.created 6×3/2',
        'shop.order.dead 1×3/2',
        'user.created 1×2/1',
      ].sort(),
    ));

  it('have one replica on one broker, and say why', () => {
    expect(topics('crc').every((topic) => topic.endsWith('×1/1'))).toBe(true);
    expect(topics('crc')).toHaveLength(20);
    for (const { metadata } of of('crc', 'KafkaTopic'))
      expect(metadata.annotations?.['muster.dev/why-replicas']).toContain('1 instead of 3');
  });

  it('are in production without the primer, the picture and the exercise', () => {
    const names = topics('production').map((topic) => topic.split(' ')[0]);
    expect(names).toHaveLength(17);
    for (const absent of ['commande', 'order.placed', 'user.created', 'orders.bulk.created', 'orders.exercise.created'])
      expect(names).not.toContain(absent);
  });

  it.each(environmentNames)('all state what order and which time readers may rely on, and why so many partitions (%s)', (environment) => {
    for (const { metadata, spec } of of(environment, 'KafkaTopic')) {
      expect(metadata.annotations).toMatchObject({
        'muster.dev/ordering': expect.stringMatching(/^(per-key|none)$/) as unknown as string,
        'muster.dev/why-partitions': expect.stringMatching(/^\d+( partitions)?: /) as unknown as string,
      });
      expect(recordAt(spec, 'config')['retention.ms']).toEqual(expect.any(Number));
      // The reason names the number it is for.
      expect(metadata.annotations?.['muster.dev/why-partitions']?.split(/[ :]/)[0]).toBe(String(spec?.['partitions']));
    }
  });
});

describe('the users of the systems', () => {
  /** ACLs of a user as TYPE NAME OPERATIONS. */
  const rights = (name: string): string[] =>
    of('production', 'KafkaUser')
      .filter(({ metadata }) => metadata.name === name)
      .flatMap(({ spec }) => listAt(spec, 'authorization', 'acls'))
      .map(
        (acl) => `${textAt(acl, 'resource', 'type') ?? ''} ${textAt(acl, 'resource', 'name') ?? ''} ${listAt(acl, 'operations').join(',')}`,
      );

  it('are in production, where Kafka knows users, and nowhere else', () => {
    expect(environmentNames.map((name) => [name, of(name, 'KafkaUser').length])).toEqual([
      ['crc', 0],
      ['k3s', 0],
      ['production', 22],
    ]);
  });

  it('may do what their service does, and nothing else', () => {
    expect(rights('payment-service')).toEqual([
      'group payment-service Read',
      'topic order.chain.dlq Describe,Write',
      'topic order.created Describe,Read',
      'topic payment.successful Describe,Write',
      'transactionalId payment-service- Describe,Write',
    ]);
    expect(rights('airnav')).toEqual([
      'group airnav Read',
      'topic live-flight-airnav Describe,Read',
      'topic live-flight-dlq Describe,Write',
    ]);
    // It reads its own events twice: as a member of its group, and from their beginning when it starts.
    expect(rights('machine-line')).toEqual([
      'group machine-line Read',
      'group machine-line-state Read',
      'topic commandes_machines Describe,Read',
      'topic machines.step.completed Describe,Read,Write',
    ]);
    expect(rights('reservation-api')).toEqual(['topic reservations.created Describe,Write']);
  });

  it('none of them may do anything to the cluster, to all topics, or by a prefix but for transactions of its own', () => {
    for (const { metadata, spec } of of('production', 'KafkaUser')) {
      expect(listAt(spec, 'authorization', 'acls').length).toBeGreaterThan(0);
      for (const acl of listAt(spec, 'authorization', 'acls'))
        expect(recordAt(acl, 'resource')).toMatchObject(
          textAt(acl, 'resource', 'type') === 'transactionalId'
            ? { name: `${metadata.name}-`, patternType: 'prefix' }
            : {
                type: expect.stringMatching(/^(topic|group)$/) as unknown as string,
                name: expect.not.stringContaining('*') as unknown as string,
                patternType: 'literal',
              },
        );
    }
  });

  it('are those of the lab too', () => {
    expect(rights('consumer-basic')).toEqual(['group inventory-service Read', 'topic orders.created Describe,Read']);
    expect(rights('producer-keyed')).toEqual(['topic orders.created Describe,Write']);
  });
});

describe('the workers of the systems', () => {
  /** Workers of an environment by system, as KIND NAME. */
  const workers = (environment: string): Record<string, string[]> => {
    const bySystem: Record<string, string[]> = {};
    for (const kind of ['Deployment', 'StatefulSet', 'Job'])
      for (const { metadata } of of(environment, kind))
        (bySystem[metadata.labels?.['app.kubernetes.io/part-of'] ?? ''] ??= []).push(metadata.name);
    return bySystem;
  };
  const everywhere = {
    orders: ['producer-keyed', 'consumer-basic'],
    flights: ['feed-airnav', 'airnav', 'feed-flight24', 'flight24'],
    'machine-line': ['line-control', 'machine-line'],
    'order-chain': ['order-service', 'payment-service', 'shipping-service', 'email-service'],
    'order-api': ['order-api', 'inventory-service', 'order-payment', 'notification-service', 'order-shipping', 'order-analytics'],
  };
  const labs = {
    'groups-primer': ['commande-express', 'logistique', 'commande-fleet'],
    lab: [
      ...['producer-with-dlq', 'consumer-auto-commit', 'consumer-manual-commit', 'consumer-with-dlq', 'dead-letter-monitor'],
      ...['producer-basic', 'producer-five-keys', 'producer-ten-keys'],
    ],
  };
  const reservations = {
    reservations: ['reservation-api', 'inventory-checkers', 'confirmation-senders', 'analytics-aggregators', 'recommendation-updaters'],
  };

  it('are all there', () => {
    expect(workers('crc')).toEqual({ ...everywhere, ...labs });
    expect(workers('k3s')).toEqual({ ...everywhere, ...labs, ...reservations });
    expect(workers('production')).toEqual({ ...everywhere, ...reservations });
  });

  it.each(environmentNames)('keep what they cannot handle where a person can find it, or say why not (%s)', (environment) => {
    const silent = ['Deployment', 'StatefulSet']
      .flatMap((kind) => of(environment, kind))
      .filter(({ metadata }) => metadata.labels?.['app.kubernetes.io/component'] === 'consumer')
      .filter(({ metadata, spec }) => {
        const env = listAt(spec, 'template', 'spec', 'containers', 0, 'env').map((variable) => textAt(variable, 'name'));
        return !env.includes('CONSUMER_DEAD_LETTER_TOPIC') && metadata.annotations?.['muster.dev/why-dead-letters'] === undefined;
      })
      .map(({ metadata }) => metadata.name)
      .sort();
    // The drill's own, a primer of groups, and who reads dead letters itself.
    expect(silent).toEqual(environment === 'production' ? ['consumer-basic'] : ['consumer-basic', 'dead-letter-monitor', 'logistique']);
  });
});
