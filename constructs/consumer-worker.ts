import { Duration } from 'cdk8s';
import type { Construct } from 'constructs';
import { consumerContract, type Settings } from '../workers/contract.js';
import { databaseAccess, type Database } from './database.js';
import type { IKafkaTopic } from './kafka-topic.js';
import type { LagScaling } from './lag-scaling.js';
import { MusterError } from './model/error.js';
import { clientProblems } from './model/rules-worker-client.js';
import { heartbeatProblem } from './model/rules-worker.js';
import { environmentOf, type EnvironmentVariable } from './worker-environment.js';
import { Worker, type WorkerProps } from './worker.js';

export interface ConsumerWorkerProps extends WorkerProps {
  /** Topics it reads beside `topic`, as one member of the same group. @default none */
  readonly furtherTopics?: readonly IKafkaTopic[];
  /** Consumer group; its members share the partitions. */
  readonly groupId: string;
  /** What is done with a record. @default 'simulated-work' */
  readonly handler?: (typeof consumerContract.CONSUMER_HANDLER.values)[number];
  /**
   * At-most-once commits before the work, at-least-once after it; exactly-once in the transaction that holds what the handler writes.
   * @default 'at-least-once'
   */
  readonly guarantee?: 'at-most-once' | 'at-least-once' | 'exactly-once';
  /** `partition`: one record of a partition after the other. `key`: `concurrency` keys of a partition at a time. @default 'partition' */
  readonly order?: 'partition' | 'key';
  /** Records of one partition in work at a time, with order 'key'. @default 1 */
  readonly concurrency?: number;
  /** Records that the handler is given at once, for handlers that can. @default 1 */
  readonly batchRecords?: number;
  /** Tries after the first, before a record becomes a dead letter. @default 3 */
  readonly retries?: number;
  /** Before the first retry, doubled each time. @default Duration.seconds(1) */
  readonly retryBackoff?: Duration;
  /** Up to so much more at random, so that members do not march in step. @default Duration.seconds(1) */
  readonly retryJitter?: Duration;
  /** Takes records that cannot be handled. @default none: such a record holds up its partition */
  readonly deadLetters?: IKafkaTopic;
  /** Once a record is a dead letter, the later ones of its key follow it, so that the key keeps its order. @default false */
  readonly holdKeys?: boolean;
  /** Takes what the handler publishes. @default none */
  readonly output?: IKafkaTopic;
  /** With the handler inventory-checker: takes what was booked, so that nothing else is confirmed. @default none */
  readonly booked?: IKafkaTopic;
  /** With the handler dead-letter-monitor: dead letters within 5 min above which an alert is raised. @default 0 */
  readonly alertAbove?: number;
  /** For handlers with a database. @default none */
  readonly database?: Database;
  /** When offsets are committed: after the work, or by the clock. @default 'manual' */
  readonly commit?: 'manual' | 'auto';
  /** With commit 'auto'. @default Duration.seconds(5) */
  readonly autoCommitInterval?: Duration;
  /** Where a group without offsets starts. @default 'earliest' */
  readonly offsetReset?: 'earliest' | 'latest';
  /** Whether records of transactions that are open or were aborted are seen. @default 'read_committed' */
  readonly isolation?: 'read_committed' | 'read_uncommitted';
  /** Silence after which the group takes a member for dead. @default Duration.seconds(10) */
  readonly sessionTimeout?: Duration;
  /** Below a third of the session. @default Duration.seconds(3) */
  readonly heartbeatInterval?: Duration;
  /** Longest work on one batch before the member gives its partitions up. @default Duration.minutes(5) */
  readonly maxPollInterval?: Duration;
  /** Longest a fetch waits for records; a rebalance waits for it too. @default Duration.millis(250) */
  readonly fetchMaxWait?: Duration;
  /** How the group shares its partitions. @default 'roundrobin' */
  readonly assignor?: 'roundrobin' | 'cooperative-sticky';
  /** `consumer` is KIP-848, where session and heartbeat are the broker's. @default 'classic' */
  readonly groupProtocol?: 'classic' | 'consumer';
  /**
   * Members keep their partitions over a restart within the session: each is called by its pod, whose name stays, so the worker is a
   * StatefulSet.
   * @default false
   */
  readonly staticMembers?: boolean;
  /** Simulated work a record. @default Duration.millis(100) */
  readonly work?: Duration;
  /** By lag, with KEDA. @default none: a person scales */
  readonly scaling?: LagScaling;
}

/** For the commit, the leave and a margin, beyond the work of the record in hand. */
const afterWork = Duration.seconds(20);

/** The deadline of a consumer whose props name none; undefined where the common one is long enough. */
function deadlineFor(work: Duration): Duration | undefined {
  const needed = Math.ceil(work.toMilliseconds() / 1000) + afterWork.toSeconds();
  return needed > 25 ? Duration.seconds(needed) : undefined;
}

/** Members of one consumer group. */
export class ConsumerWorker extends Worker {
  readonly groupId: string;
  readonly handler: (typeof consumerContract.CONSUMER_HANDLER.values)[number];
  readonly guarantee: 'at-most-once' | 'at-least-once' | 'exactly-once';
  readonly order: 'partition' | 'key';
  readonly concurrency: number;
  readonly batchRecords: number;
  readonly retries: number;
  readonly retryBackoff: Duration;
  readonly retryJitter: Duration;
  readonly holdKeys: boolean;
  readonly alertAbove: number;
  readonly commit: 'manual' | 'auto';
  readonly autoCommitInterval: Duration;
  readonly offsetReset: 'earliest' | 'latest';
  readonly isolation: 'read_committed' | 'read_uncommitted';
  readonly sessionTimeout: Duration;
  readonly heartbeatInterval: Duration;
  readonly maxPollInterval: Duration;
  readonly fetchMaxWait: Duration;
  readonly assignor: 'roundrobin' | 'cooperative-sticky';
  readonly groupProtocol: 'classic' | 'consumer';
  readonly staticMembers: boolean;
  readonly work: Duration;

  constructor(
    scope: Construct,
    id: string,
    private readonly consumerProps: ConsumerWorkerProps,
  ) {
    const props = consumerProps;
    const defaults = consumerContract;
    const work = props.work ?? Duration.millis(defaults.CONSUMER_WORK_MS.default);
    const staticMembers = props.staticMembers ?? false;
    const database = props.database && databaseAccess(props.database);
    super(
      scope,
      id,
      {
        component: 'consumer',
        scaling: props.scaling,
        volumes: database && [database.volume],
        uses: props.database && [props.database.url],
      },
      {
        ...props,
        stableNames: props.stableNames ?? staticMembers,
        shutdownDeadline: props.shutdownDeadline ?? deadlineFor(work),
      },
    );
    this.groupId = props.groupId;
    this.handler = props.handler ?? defaults.CONSUMER_HANDLER.default;
    this.guarantee = props.guarantee ?? defaults.CONSUMER_GUARANTEE.default;
    this.order = props.order ?? defaults.CONSUMER_ORDER.default;
    this.concurrency = props.concurrency ?? defaults.CONSUMER_CONCURRENCY.default;
    this.batchRecords = props.batchRecords ?? defaults.CONSUMER_BATCH_RECORDS.default;
    this.retries = props.retries ?? defaults.CONSUMER_RETRIES.default;
    this.retryBackoff = props.retryBackoff ?? Duration.millis(defaults.CONSUMER_RETRY_BACKOFF_MS.default);
    this.retryJitter = props.retryJitter ?? Duration.millis(defaults.CONSUMER_RETRY_JITTER_MS.default);
    this.holdKeys = props.holdKeys ?? defaults.CONSUMER_HOLD_KEYS.default !== 'false';
    this.alertAbove = props.alertAbove ?? defaults.CONSUMER_ALERT_ABOVE.default;
    this.commit = props.commit ?? defaults.CONSUMER_COMMIT.default;
    this.autoCommitInterval = props.autoCommitInterval ?? Duration.millis(defaults.CONSUMER_AUTO_COMMIT_INTERVAL_MS.default);
    this.offsetReset = props.offsetReset ?? defaults.CONSUMER_OFFSET_RESET.default;
    this.isolation = props.isolation ?? defaults.CONSUMER_ISOLATION.default;
    this.sessionTimeout = props.sessionTimeout ?? Duration.millis(defaults.CONSUMER_SESSION_TIMEOUT_MS.default);
    this.heartbeatInterval = props.heartbeatInterval ?? Duration.millis(defaults.CONSUMER_HEARTBEAT_INTERVAL_MS.default);
    this.maxPollInterval = props.maxPollInterval ?? Duration.millis(defaults.CONSUMER_MAX_POLL_INTERVAL_MS.default);
    this.fetchMaxWait = props.fetchMaxWait ?? Duration.millis(defaults.CONSUMER_FETCH_MAX_WAIT_MS.default);
    this.assignor = props.assignor ?? defaults.CONSUMER_ASSIGNOR.default;
    this.groupProtocol = props.groupProtocol ?? defaults.CONSUMER_GROUP_PROTOCOL.default;
    this.staticMembers = staticMembers;
    this.work = work;

    this.refuseProps();
    // Now rather than at synthesis: the stack then points at the declaration.
    this.environment();
    this.grant();
    props.scaling?.scale(this, {
      ...this.scaled(),
      groupId: this.groupId,
      offsetReset: this.offsetReset,
      work,
      sessionTimeout: this.sessionTimeout,
      user: props.user,
    });
  }

  private refuseProps(): void {
    const { client, assignor, groupProtocol, staticMembers } = this;
    const problems = [
      heartbeatProblem(this.heartbeatInterval.toMilliseconds(), this.sessionTimeout.toMilliseconds()),
      ...Object.values(clientProblems({ client, assignor, groupProtocol, isStatic: staticMembers })),
      staticMembers && !this.stableNames ? 'staticMembers needs names that stay: leave stableNames out' : undefined,
    ];
    const problem = problems.find((one) => one !== undefined);
    if (problem !== undefined) throw new MusterError('bad-input', `consumer ${this.name}: ${problem}`);
  }

  private grant(): void {
    const user = this.grantee();
    if (user === undefined) return;
    const { furtherTopics = [], deadLetters, output, booked } = this.consumerProps;
    for (const topic of [this.topic, ...furtherTopics]) topic.grantRead(user, this.groupId);
    for (const topic of [deadLetters, output, booked]) topic?.grantWrite(user);
    if (this.guarantee === 'exactly-once') user.grantTransactions(`${this.groupId}-`, 'prefix');
  }

  protected override environment(): EnvironmentVariable[] {
    const { furtherTopics = [], deadLetters, output, booked, database } = this.consumerProps;
    const settings = {
      ...this.commonSettings(),
      KAFKA_TOPIC: [this.topic, ...furtherTopics].map(({ name }) => name).join(','),
      KAFKA_GROUP_ID: this.groupId,
      CONSUMER_OFFSET_RESET: this.offsetReset,
      CONSUMER_COMMIT: this.commit,
      CONSUMER_AUTO_COMMIT_INTERVAL_MS: this.autoCommitInterval.toMilliseconds(),
      CONSUMER_SESSION_TIMEOUT_MS: this.sessionTimeout.toMilliseconds(),
      CONSUMER_HEARTBEAT_INTERVAL_MS: this.heartbeatInterval.toMilliseconds(),
      CONSUMER_MAX_POLL_INTERVAL_MS: this.maxPollInterval.toMilliseconds(),
      CONSUMER_FETCH_MAX_WAIT_MS: this.fetchMaxWait.toMilliseconds(),
      CONSUMER_ASSIGNOR: this.assignor,
      CONSUMER_GROUP_PROTOCOL: this.groupProtocol,
      CONSUMER_ISOLATION: this.isolation,
      CONSUMER_HANDLER: this.handler,
      CONSUMER_GUARANTEE: this.guarantee,
      CONSUMER_ORDER: this.order,
      CONSUMER_CONCURRENCY: this.concurrency,
      CONSUMER_BATCH_RECORDS: this.batchRecords,
      CONSUMER_RETRIES: this.retries,
      CONSUMER_RETRY_BACKOFF_MS: this.retryBackoff.toMilliseconds(),
      CONSUMER_RETRY_JITTER_MS: this.retryJitter.toMilliseconds(),
      CONSUMER_DEAD_LETTER_TOPIC: deadLetters?.name ?? '',
      CONSUMER_HOLD_KEYS: this.holdKeys ? 'true' : 'false',
      CONSUMER_OUTPUT_TOPIC: output?.name ?? '',
      CONSUMER_BOOKED_TOPIC: booked?.name ?? '',
      CONSUMER_ALERT_ABOVE: this.alertAbove,
      ...(database && databaseAccess(database).settings),
      CONSUMER_WORK_MS: this.work.toMilliseconds(),
    } as const satisfies Settings<typeof consumerContract>;
    return environmentOf<typeof consumerContract>(consumerContract, settings, this.staticMembers ? ['CONSUMER_GROUP_INSTANCE_ID'] : []);
  }
}
