// What Kafka's own jars say about the options of brokers, topics, clients and groups, as JSON on standard output.
//   node scripts/schemas/kafka.js > constructs/model/schemas/kafka-options.json     all versions that Strimzi runs (Java 17 and Maven)
//   node scripts/schemas/kafka.js VERSION                                          one version, whole
// The newest version stands in full; each version before it as what is different from the one after it. One option a line, to be reviewed.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { classPath, findJava } from './java.js';

const versions = ['4.3.1', '4.3.0', '4.2.1', '4.2.0'];

function optionsOf(version) {
  const jars = classPath(join(import.meta.dirname, '../kafka/pom.xml'), `-Dkafka.version=${version}`);
  const said = execFileSync(findJava(17), ['-cp', jars, join(import.meta.dirname, 'KafkaOptions.java')], {
    encoding: 'utf8',
    maxBuffer: 2 ** 24,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return JSON.parse(said);
}

/** What has to be written over the options of `later` to have those of `earlier`; null: it was not there. */
function differences(earlier, later) {
  const changed = {};
  for (const [kind, options] of Object.entries(later)) {
    for (const name of new Set([...Object.keys(options), ...Object.keys(earlier[kind])])) {
      if (JSON.stringify(options[name]) === JSON.stringify(earlier[kind][name])) continue;
      changed[kind] ??= {};
      changed[kind][name] = earlier[kind][name] ?? null;
    }
  }
  return changed;
}

/** JSON with the options a line each. */
function print(value) {
  if (value === null || typeof value !== 'object' || typeof value.type === 'string') return JSON.stringify(value);
  const lines = Object.entries(value).map(([name, child]) => `${JSON.stringify(name)}: ${print(child)}`);
  return `{\n${lines.join(',\n')}\n}`;
}

const given = process.argv[2];
if (given !== undefined) process.stdout.write(`${print(optionsOf(given))}\n`);
else {
  const [newest, ...before] = versions;
  let later = optionsOf(newest);
  const result = { newest, options: later, before: {} };
  for (const version of before) {
    const options = optionsOf(version);
    result.before[version] = differences(options, later);
    later = options;
  }
  process.stdout.write(`${print(result)}\n`);
}
