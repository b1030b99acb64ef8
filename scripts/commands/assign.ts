import { assign, moved, numberedMembers, type Assignment, type GroupMember, type StrategyName } from '../../constructs/model/assignors.js';
import { step, type Step } from '../../constructs/model/balance.js';
import type { Context } from '../context.js';
import { grid } from '../drill/table.js';
import { mostPartitions, whole } from '../option-values.js';

export interface AssignArgs {
  partitions: number;
  members: number;
  strategy: StrategyName;
  topics: number;
  from?: number;
  json: boolean;
}

/** `muster assign`: who gets which partitions under each of Kafka's assignors. */
export function assignPartitions({ terminal }: Context, args: AssignArgs): Promise<number> {
  const { partitions, members: count, strategy, from } = args;
  whole('--partitions', partitions, 1, mostPartitions);
  whole('--members', count, 0, mostPartitions);
  whole('--topics', args.topics, 1, 1000);
  if (from !== undefined) whole('--from', from, 0, mostPartitions);
  const topics = Object.fromEntries(Array.from({ length: args.topics }, (_, index) => [`topic-${String(index + 1)}`, partitions]));
  // The same members before and after: those beyond the smaller number come or leave.
  const all = numberedMembers(Math.max(count, from ?? 0));
  const before = from === undefined ? undefined : assign(strategy, topics, all.slice(0, from));
  const after = assign(
    strategy,
    topics,
    all.slice(0, count).map((member) => owning(member, before)),
  );
  const changed = before === undefined ? undefined : moved(before, after);

  if (args.json) {
    const worth = step(partitions * args.topics, count);
    terminal.data(
      JSON.stringify(
        {
          schemaVersion: 1,
          strategy,
          members: [...after].map(([member, owned]) => ({
            member,
            ...(args.topics === 1
              ? { partitions: owned.map(({ partition }) => partition) }
              : {
                  topics: Object.fromEntries(
                    Object.keys(topics).map((topic) => [topic, owned.filter((p) => p.topic === topic).map((p) => p.partition)]),
                  ),
                }),
          })),
          idle: idle(after),
          speedUp: speedUpOf(after, worth),
          ...(changed !== undefined && { moved: args.topics === 1 ? changed.map(({ partition }) => partition) : changed }),
        },
        undefined,
        2,
      ),
    );
    return Promise.resolve(0);
  }
  const sizes = [...after.values()].map((owned) => owned.length);
  terminal.data(
    [
      ...grid(
        [['member', 'partitions', ''], ...[...after].map(([member, owned]) => [member, String(owned.length), list(owned, args.topics)])],
        'left',
      ),
      '',
      `${strategy}: ${String(partitions)} partitions${args.topics === 1 ? '' : ` of each of ${String(args.topics)} topics`} over ${String(count)} members: ${sizes.join('-') || 'nobody reads'}`,
      ...said(after, step(partitions * args.topics, count)),
      ...(changed === undefined
        ? []
        : [
            `from ${String(from)} to ${String(count)} members ${String(changed.length)} of ${String(partitions * args.topics)} partitions change hands`,
          ]),
    ].join('\n'),
  );
  return Promise.resolve(0);
}

const owning = (member: GroupMember, before: Assignment | undefined): GroupMember => ({ ...member, owned: before?.get(member.id) ?? [] });
const idle = (assignment: Assignment): number => [...assignment.values()].filter((owned) => owned.length === 0).length;

/** Several topics may be shared out less evenly than one of as many partitions. */
function speedUpOf(assignment: Assignment, { worth }: Step): number {
  const sizes = [...assignment.values()].map((owned) => owned.length);
  const most = Math.max(0, ...sizes);
  return Number((most === 0 ? worth : sizes.reduce((sum, size) => sum + size, 0) / most).toFixed(2));
}

function said(assignment: Assignment, worth: Step): string[] {
  const idlers = idle(assignment);
  const speed = speedUpOf(assignment, worth);
  return [
    ...(idlers === 0 ? [] : [`idle: ${String(idlers)}; more members than partitions wait for another to leave`]),
    ...(worth.active === 0 || speed === worth.active
      ? []
      : [
          `the group does the work of ${String(speed)} members, not of ${String(worth.active)}: the busiest owns ${String(Math.max(...[...assignment.values()].map((o) => o.length)))} equally busy partitions`,
        ]),
  ];
}

function list(owned: readonly { topic: string; partition: number }[], topics: number): string {
  if (owned.length === 0) return 'idle';
  const names = owned.map(({ topic, partition }) => (topics === 1 ? String(partition) : `${topic}/${String(partition)}`));
  return names.length <= 24 ? names.join(' ') : `${names.slice(0, 24).join(' ')} … (${String(names.length - 24)} more)`;
}
