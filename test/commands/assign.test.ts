import { describe, expect, it } from '@jest/globals';
import { assignPartitions, type AssignArgs } from '../../scripts/commands/assign.js';
import { printed } from './printed.js';

const args = (rest: Partial<AssignArgs>): AssignArgs => ({
  partitions: 12,
  members: 5,
  strategy: 'range',
  topics: 1,
  json: false,
  ...rest,
});
const json = async (rest: Partial<AssignArgs>): Promise<unknown> =>
  JSON.parse((await printed(assignPartitions, args({ json: true, ...rest }))).data) as unknown;

describe('muster assign', () => {
  it('shares 12 partitions among 5 as 3-3-2-2-2', async () => {
    const { data } = await printed(assignPartitions, args({}));
    expect(data).toContain('range: 12 partitions over 5 members: 3-3-2-2-2');
    expect(data).toContain('the work of 4 members, not of 5');
  });

  it('says who is idle', async () => {
    expect(await json({ partitions: 2, members: 3, strategy: 'roundrobin' })).toEqual({
      schemaVersion: 1,
      strategy: 'roundrobin',
      members: [
        { member: 'member-1', partitions: [0] },
        { member: 'member-2', partitions: [1] },
        { member: 'member-3', partitions: [] },
      ],
      idle: 1,
      speedUp: 2,
    });
  });

  it.each([
    ['range', 8],
    ['roundrobin', 8],
    ['sticky', 4],
  ] as const)('says what a step from 2 to 3 moves under %s', async (strategy, most) => {
    const { moved } = (await json({ from: 2, members: 3, strategy })) as { moved: number[] };
    expect(moved.length).toBeLessThanOrEqual(most);
    if (strategy === 'sticky') expect(moved).toHaveLength(4);
  });

  it('shows that range burdens the first members topic after topic', async () => {
    const { data } = await printed(assignPartitions, args({ partitions: 3, members: 2, topics: 3 }));
    expect(data).toContain('3 partitions of each of 3 topics over 2 members: 6-3');
    expect(((await json({ partitions: 3, members: 2, topics: 2 })) as { members: unknown[] }).members[1]).toEqual({
      member: 'member-2',
      topics: { 'topic-1': [2], 'topic-2': [2] },
    });
  });

  it('has nobody to give to', async () => expect(await json({ members: 0 })).toMatchObject({ members: [], idle: 0, speedUp: 0 }));
  it.each([
    ['--partitions', { partitions: 0 }],
    ['--members', { members: -1 }],
    ['--from', { from: 0.5 }],
  ])('refuses what cannot be: %s', async (option, rest) => {
    await expect(async () => printed(assignPartitions, args(rest))).rejects.toThrow(option);
  });
});
