import { describe, expect, it } from '@jest/globals';
import type { Resource } from '../../constructs/model/resource.js';
import { readText } from '../../scripts/check/text.js';
import type { Reviewer } from '../../scripts/review/consequence.js';
import { readExceptions } from '../../scripts/review/exceptions.js';
import { grades, type Grade } from '../../scripts/review/grade.js';
import { judge } from '../../scripts/review/judge.js';
import { marker, reviewMarkdown } from '../../scripts/review/markdown.js';
import { orderOf } from '../../scripts/review/order.js';
import { review, type Entry, type Review } from '../../scripts/review/review.js';
import { sideOf } from '../../scripts/review/side.js';
import { reviewText } from '../../scripts/review/text.js';

const read = (text: string): Resource[] => readText(text, 'a.yaml').declared.map(({ resource }) => resource);
const entry = (grade: Grade, name: string, more: Partial<Entry> = {}): Entry => ({
  id: `some-${grade}`,
  grade,
  resource: { kind: 'KafkaTopic', name },
  path: 'spec.config.retention.ms',
  before: 2,
  after: 1,
  consequence: `Records of ${name} go.`,
  source: 'https://kafka.apache.org/documentation',
  ...more,
});
const of = (changes: readonly Entry[], findings: Review['findings'] = []): Review => ({
  worst: changes[0]?.grade ?? null,
  changes,
  findings,
  sets: [...new Set(changes.map(({ set = '' }) => set))],
});
const screen = { rows: 24, columns: 100, all: false };
const plain = { colour: false };

describe('what no rule explains', () => {
  const base = read(
    'apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: d}\nspec: {minReadySeconds: 1, template: {spec: {containers: [{name: a, image: a:1, env: [{name: DB_PASSWORD, value: hunter2}]}]}}}',
  );
  const head = read(
    'apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: d, labels: {a: b}, annotations: {c: d}}\nspec: {minReadySeconds: 2, template: {spec: {containers: [{name: a, image: a:1, env: [{name: DB_PASSWORD, value: hunter3}]}]}}}\n---\napiVersion: example.org/v1\nkind: Thing\nmetadata: {name: t}\n',
  );
  const told = judge(sideOf(base), sideOf(head), []);

  it('is told as it is, with the grade its place allows', () => {
    expect(told.map(({ id, grade, path }) => [id, grade, path])).toEqual([
      ['field-changed', 'safe', 'spec.minReadySeconds'],
      ['pod-template-changed', 'rolling', 'spec.template.spec.containers[a].env[DB_PASSWORD].value'],
      ['label-changed', 'safe', 'metadata.labels.a'],
      ['annotation-changed', 'safe', 'metadata.annotations.c'],
      ['resource-added', 'safe', ''],
    ]);
    expect(told[0]?.consequence).toMatch(/Muster has no rule for this field/);
  });

  it('says no password', () => expect(JSON.stringify(told)).not.toMatch(/hunter/));

  it('is only what is left: an explained difference is not told twice', () => {
    const knowing: Reviewer = {
      kinds: ['DaemonSet'],
      judge: ({ fields }) => [
        { id: 'knows', grade: 'rolling', path: '', before: 1, after: 2, consequence: 'Known.', source: 's', explains: fields.slice(0, 3) },
      ],
    };
    const ids = judge(sideOf(base), sideOf(head), [knowing]).map(({ id }) => id);
    expect(ids).toEqual(['knows', 'annotation-changed', 'resource-added']);
  });
});

it('finds what muster check says of head and not of base', () => {
  const topic = (spec: string): Resource[] =>
    read(`apiVersion: kafka.strimzi.io/v1\nkind: KafkaTopic\nmetadata: {name: t, labels: {strimzi.io/cluster: k}}\nspec: ${spec}`);
  const { findings } = review([{ name: 'k3s', base: topic('{partitions: 3, wrong: 1}'), head: topic('{partitions: 0, wrong: 2}') }]);
  expect(findings.map(({ path, set }) => [path, set])).toEqual([['spec.partitions', 'k3s']]);
});

describe('exceptions', () => {
  const file = `
exceptions:
  - {id: some-data-loss, resource: KafkaTopic/old.*, reason: nobody reads it, until: 2026-12-31}
  - {id: some-data-loss, resource: KafkaTopic/b, reason: was, until: 2026-01-31}
  - {id: some-refused, resource: KafkaTopic/c, until: 2027-01-31}
  - {id: some-refused, resource: c, reason: x, until: 2027-01-31}
  - {id: some-refused, resource: KafkaTopic/c, reason: x, untill: 2027-01-31}
  - {id: some-refused, resource: KafkaTopic/c, reason: x, until: soon}
`;
  const exceptions = readExceptions(file, 'f.yaml', '2026-11-21');

  it('let pass what they name, until their last day', () => {
    expect(exceptions.of(entry('data-loss', 'old.orders'))?.reason).toBe('nobody reads it');
    expect(exceptions.of(entry('data-loss', 'older'))).toBeUndefined();
    expect(exceptions.of(entry('refused', 'old.orders'))).toBeUndefined();
    expect(readExceptions(file, 'f.yaml', '2026-12-31').of(entry('data-loss', 'old.orders'))).toBeDefined();
    expect(readExceptions(file, 'f.yaml', '2027-01-01').of(entry('data-loss', 'old.orders'))).toBeUndefined();
  });

  it('are told when they are wrong, over or not needed', () => {
    expect(exceptions.problems).toEqual([
      expect.stringMatching(/^f\.yaml: entry 2 \(some-data-loss of KafkaTopic\/b\) ended on 2026-01-31/),
      'f.yaml: entry 3 has no reason: give it as text; it lets nothing pass',
      'f.yaml: entry 4 has resource "c": write KIND/NAME, as KafkaTopic/orders.*; it lets nothing pass',
      expect.stringMatching(/entry 5 has untill.*until/),
      expect.stringMatching(/entry 6 has until "soon": write the last day/),
    ]);
    expect(readExceptions(file, 'f.yaml', '2026-11-21').unused()).toHaveLength(1);
    expect(readExceptions('a: [', 'f.yaml', '2026-11-21').problems[0]).toMatch(/f\.yaml is not valid YAML/);
    expect(readExceptions('hello', 'f.yaml', '2026-11-21').problems[0]).toMatch(/has no list of exceptions/);
  });

  it('do not count for the worst, and what they let pass comes last, with the reason', () => {
    const thing = (value: number): Resource[] => read(`apiVersion: example.org/v1\nkind: Thing\nmetadata: {name: t}\nspec: {a: ${value}}`);
    const let1 = { id: 'field-changed', resource: 'Thing/t', reason: 'agreed', until: '2026-12-31' };
    const result = review([{ name: '', base: thing(1), head: thing(2) }], { except: () => let1 });
    expect(result.worst).toBeNull();
    expect(reviewText(result, plain, screen)).toMatch(
      /^Let pass by an exception:\n.*Thing t, spec\.a: 1 → 2: agreed \(until 2026-12-31\)$/,
    );
    expect(reviewMarkdown(result)).toContain('agreed');
  });
});

describe('text', () => {
  it('is empty when nothing changed', () => expect(reviewText(of([]), plain, screen)).toBe(''));

  it('names once what is the same in many, with all of them', () => {
    const names = Array.from({ length: 12 }, (_, i) => `t${i + 1}`);
    const changes = names.flatMap((name) => ['crc', 'k3s'].map((set) => entry('data-loss', name, { set })));
    const lines = reviewText(of(changes), plain, screen).split('\n');
    expect(lines[0]).toBe('data-loss KafkaTopics t1, t2, t3 and 9 more (everywhere), spec.config.retention.ms: 2 → 1 [some-data-loss]');
    expect(lines).toHaveLength(2);
  });

  it('keeps to one screen, worst first, and counts what has no room; --all has it', () => {
    const changes = grades.flatMap((grade) =>
      Array.from({ length: 20 }, (_, i) => entry(grade, `t${i}`, { path: `spec.p${i}`, action: 'Do not.' })),
    );
    const text = reviewText(of(changes), plain, screen);
    expect(text.split('\n').length).toBeLessThanOrEqual(23);
    expect(text).toMatch(/^data-loss KafkaTopic t0,/);
    expect(text).toMatch(/… and 133 more \(13 data-loss, 20 refused, .*20 safe\): --all$/);
    expect(reviewText(of(changes), plain, { ...screen, all: true }).match(/Do: Do not\./g)).toHaveLength(140);
  });

  it('names the environments where not all of those compared changed', () => {
    const changes = [entry('refused', 'a', { set: 'k3s' }), entry('safe', 'b', { set: 'k3s' }), entry('safe', 'b', { set: 'crc' })];
    const text = reviewText({ ...of(changes), sets: ['crc', 'k3s'] }, plain, screen);
    expect(text).toContain('KafkaTopic a (k3s), ');
    expect(text).toContain('KafkaTopic b (everywhere), ');
    expect(reviewText({ ...of(changes.slice(0, 1)), sets: [''] }, plain, screen)).toContain('KafkaTopic a, ');
  });

  it('says what is the same of several without the name of the first, and of rollouts the largest', () => {
    const rolls = (name: string, pods: number): Entry =>
      entry('rolling', name, {
        id: 'workload-rolls',
        before: undefined,
        after: undefined,
        consequence: `${String(pods)} pods are replaced.`,
      });
    const text = reviewText(of([entry('refused', 'orders'), entry('refused', 'returns'), rolls('x', 1), rolls('y', 8)]), plain, screen);
    expect(text).toContain('Records of <name> go.');
    expect(text).toContain('The most for y: 8 pods are replaced.');
    expect(text.match(/workload-rolls/g)).toHaveLength(1);
  });

  it('calls a variable by its name, and a finding once for all environments', () => {
    const path = 'spec.template.spec.containers[consumer].env[KAFKA_TOPIC].value';
    const finding = { rule: 'r', severity: 'error', message: 'Wrong.', resource: { kind: 'KafkaTopic', name: 'a' }, path: '' } as const;
    const result = of(
      [entry('safe', 'a', { path })],
      [
        { ...finding, set: 'k3s' },
        { ...finding, set: 'crc' },
      ],
    );
    const text = reviewText({ ...result, sets: ['crc', 'k3s', 'production'] }, plain, screen);
    expect(text).toContain(', env KAFKA_TOPIC: 2 → 1');
    expect(text.match(/Wrong\./g)).toHaveLength(1);
    expect(text).toContain('error KafkaTopic a (k3s, crc): Wrong.');
  });

  it('says in which order to apply what depends on each other', () => {
    const pool = { kind: 'KafkaNodePool', name: 'b' };
    const changes = [
      entry('safe', 't', { applyAfter: [{ resource: pool, why: 'It needs three brokers.' }] }),
      entry('safe', 'b', { resource: pool }),
    ];
    expect(reviewText(of(changes), plain, screen)).toMatch(
      /Apply in this order:\n {2}1\. KafkaNodePool b\n {2}2\. KafkaTopic t: It needs three brokers\.$/,
    );
    const circle = [
      entry('safe', 't', { applyAfter: [{ resource: pool, why: 'a' }] }),
      entry('safe', 'b', { resource: pool, applyAfter: [{ resource: { kind: 'KafkaTopic', name: 't' }, why: 'b' }] }),
    ];
    expect(orderOf(circle)).toHaveLength(2);
  });
});

describe('Markdown', () => {
  it('is empty when nothing changed', () => expect(reviewMarkdown(of([]))).toBe(''));

  it('begins with the marker and has the worst first, the harmless folded', () => {
    const text = reviewMarkdown(of([entry('refused', 'a', { reason: 'So it is.' }), entry('safe', 'b')]));
    expect(text.startsWith(`${marker}\n### Muster review: 1 refused, 1 safe\n`)).toBe(true);
    expect(text.indexOf('**refused**')).toBeLessThan(text.indexOf('<b>safe</b>'));
    expect(text).toContain('So it is.');
  });

  it('stays below what GitHub takes, whatever there is, and closes what it opens', () => {
    const changes = grades.flatMap((grade) =>
      Array.from({ length: 300 }, (_, i) => entry(grade, `täöpic-${i}`, { path: `spec.p${i}`, after: 'é'.repeat(500) })),
    );
    const findings = Array.from({ length: 900 }, (_, i) => ({
      rule: 'r',
      severity: 'error' as const,
      message: 'ü'.repeat(200),
      resource: { kind: 'K', name: `n${i}` },
      path: '',
    }));
    const text = reviewMarkdown(of(changes, findings));
    expect(text.length).toBeLessThan(65_536);
    expect(Buffer.byteLength(text)).toBeLessThan(65_536);
    expect(text).toMatch(/and \d+ more \(.*\), for which this comment has no room/);
    expect(text.match(/<details>/g)?.length).toBe(text.match(/<\/details>/g)?.length);
  });

  it('takes no markup from what others wrote', () => {
    const evil = 'x`</details><img src=x> @everyone [a](http://b) `` ` -->';
    const text = reviewMarkdown(of([entry('refused', 'a', { after: evil, consequence: evil, action: evil })]));
    const outsideCode = text.replace(/(`+)[^`][\s\S]*?\1(?!`)/g, '');
    expect(outsideCode).not.toMatch(/<img|@everyone|\]\(http/);
  });
});
