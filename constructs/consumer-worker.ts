import { Duration } from 'cdk8s';
import type { Construct } from 'constructs';
import { consumerContract, type Settings } from '../workers/contract.js';
import type { LagScaling } from './lag-scaling.js';
import { MusterError } from './model/error.js';
import { heartbeatProblem } from './model/rules-worker.js';
import { environmentOf, type EnvironmentVariable } from './worker-environment.js';
import { Worker, type WorkerProps } from './worker.js';

export interface ConsumerWorkerProps extends WorkerProps {
  /** Consumer group; its members share the partitions. */
  readonly groupId: string;
  /** When offsets are committed: after the work, or by the clock. @default 'manual' */
  readonly commit?: 'manual' | 'auto';
  /** With commit 'auto'. @default Duration.seconds(5) */
  readonly autoCommitInterval?: Duration;
  /** Where a group without offsets starts. @default 'earliest' */
  readonly offsetReset?: 'earliest' | 'latest';
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
  readonly commit: 'manual' | 'auto';
  readonly autoCommitInterval: Duration;
  readonly offsetReset: 'earliest' | 'latest';
  readonly sessionTimeout: Duration;
  readonly heartbeatInterval: Duration;
  readonly maxPollInterval: Duration;
  readonly fetchMaxWait: Duration;
  readonly assignor: 'roundrobin' | 'cooperative-sticky';
  readonly work: Duration;

  constructor(scope: Construct, id: string, props: ConsumerWorkerProps) {
    const defaults = consumerContract;
    const work = props.work ?? Duration.millis(defaults.CONSUMER_WORK_MS.default);
    super(scope, id, 'consumer', { ...props, shutdownDeadline: props.shutdownDeadline ?? deadlineFor(work) }, props.scaling);
    this.groupId = props.groupId;
    this.commit = props.commit ?? defaults.CONSUMER_COMMIT.default;
    this.autoCommitInterval = props.autoCommitInterval ?? Duration.millis(defaults.CONSUMER_AUTO_COMMIT_INTERVAL_MS.default);
    this.offsetReset = props.offsetReset ?? defaults.CONSUMER_OFFSET_RESET.default;
    this.sessionTimeout = props.sessionTimeout ?? Duration.millis(defaults.CONSUMER_SESSION_TIMEOUT_MS.default);
    this.heartbeatInterval = props.heartbeatInterval ?? Duration.millis(defaults.CONSUMER_HEARTBEAT_INTERVAL_MS.default);
    this.maxPollInterval = props.maxPollInterval ?? Duration.millis(defaults.CONSUMER_MAX_POLL_INTERVAL_MS.default);
    this.fetchMaxWait = props.fetchMaxWait ?? Duration.millis(defaults.CONSUMER_FETCH_MAX_WAIT_MS.default);
    this.assignor = props.assignor ?? defaults.CONSUMER_ASSIGNOR.default;
    this.work = work;

    const problem = heartbeatProblem(this.heartbeatInterval.toMilliseconds(), this.sessionTimeout.toMilliseconds());
    if (problem !== undefined) throw new MusterError('bad-input', `consumer ${this.name}: ${problem}`);
    // Now rather than at synthesis: the stack then points at the declaration.
    this.environment();
    if (props.user !== undefined && this.topic.cluster.authorization !== undefined) this.topic.grantRead(props.user, this.groupId);
    props.scaling?.scale(this, {
      ...this.scaled(),
      groupId: this.groupId,
      offsetReset: this.offsetReset,
      work,
      sessionTimeout: this.sessionTimeout,
      user: props.user,
    });
  }

  protected override environment(): EnvironmentVariable[] {
    const settings = {
      ...this.commonSettings(),
      KAFKA_GROUP_ID: this.groupId,
      CONSUMER_OFFSET_RESET: this.offsetReset,
      CONSUMER_COMMIT: this.commit,
      CONSUMER_AUTO_COMMIT_INTERVAL_MS: this.autoCommitInterval.toMilliseconds(),
      CONSUMER_SESSION_TIMEOUT_MS: this.sessionTimeout.toMilliseconds(),
      CONSUMER_HEARTBEAT_INTERVAL_MS: this.heartbeatInterval.toMilliseconds(),
      CONSUMER_MAX_POLL_INTERVAL_MS: this.maxPollInterval.toMilliseconds(),
      CONSUMER_FETCH_MAX_WAIT_MS: this.fetchMaxWait.toMilliseconds(),
      CONSUMER_ASSIGNOR: this.assignor,
      CONSUMER_WORK_MS: this.work.toMilliseconds(),
    } as const satisfies Settings<typeof consumerContract>;
    return environmentOf<typeof consumerContract>(consumerContract, settings);
  }
}
