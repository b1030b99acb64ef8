import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { kafkaOptions, optionProblem, optionVersions, type OptionKind } from '../../constructs/model/kafka-options.js';
import { defaultStrimziVersion, kafkaVersionsOf } from '../../constructs/model/versions.js';

const kinds: readonly OptionKind[] = ['broker', 'topic', 'producer', 'consumer', 'admin', 'group'];

describe('the options of Kafka', () => {
  it('are known for every version that Strimzi runs', () =>
    expect([...optionVersions].sort()).toEqual([...kafkaVersionsOf(defaultStrimziVersion)].sort()));

  it('differ by version', () => {
    expect(kafkaOptions('broker', '4.3.1')['cordoned.log.dirs']).toBeDefined();
    expect(kafkaOptions('broker', '4.2.1')['cordoned.log.dirs']).toBeUndefined();
    expect(kafkaOptions('broker', '4.2.1')['share.coordinator.snapshot.update.records.per.snapshot']?.max).toBeUndefined();
    expect(kafkaOptions('broker', '4.3.0')['share.coordinator.snapshot.update.records.per.snapshot']?.max).toBe(500);
    expect(kafkaOptions('broker', '9.9.9')).toBe(kafkaOptions('broker'));
  });

  it('say which of them a running broker takes', () => {
    expect(kafkaOptions('broker')['log.retention.ms']?.update).toBe('cluster-wide');
    expect(kafkaOptions('broker')['num.partitions']?.update).toBeUndefined();
  });

  // Kafka checks its own defaults with the same code: where we refuse one, we are wrong.
  it.each(kinds.flatMap((kind) => optionVersions.map((version) => [kind, version] as const)))(
    '%s %s: every default is right',
    (kind, version) => {
      const wrong = Object.entries(kafkaOptions(kind, version)).flatMap(([name, option]) => {
        const value = Array.isArray(option.default) ? option.default.join(',') : option.default;
        if (value === undefined || value === '') return [];
        const problem = optionProblem(kind, version, name, value);
        return problem === undefined ? [] : [problem.message];
      });
      expect(wrong).toEqual([]);
    },
  );

  // The newest version only: the broker tests need its jars too. The script reads all of them alike.
  it('are what Kafka’s own jars say', () => {
    const [newest = ''] = optionVersions;
    const script = join(import.meta.dirname, '../../scripts/schemas/kafka.js');
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, newest], { encoding: 'utf8', maxBuffer: 2 ** 24 });
    if (status === 0) expect(JSON.parse(stdout)).toEqual(Object.fromEntries(kinds.map((kind) => [kind, kafkaOptions(kind, newest)])));
    else {
      expect(stderr.trim()).toMatch(/Java 17|Maven cannot fetch/);
      process.stderr.write(`NOT PROVED HERE, the jars of Kafka could not be asked: ${stderr}`);
    }
  }, 120_000);
});
