import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { checkManifests } from '../../scripts/check/check.js';
import { readText } from '../../scripts/check/text.js';
import { resourcesOf, soundSystem } from '../model/system-fixture.js';

let cwd = '';
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'muster-check-'));
});
afterEach(() => {
  rmSync(cwd, { recursive: true });
});

function write(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(cwd, path)), { recursive: true });
  writeFileSync(join(cwd, path), content);
}

/** `SEVERITY rule file:line` of each finding; a topic on its own misses its Kafka, which is not the point here. */
function said(...paths: string[]): string[] {
  return checkManifests(paths, { cwd })
    .findings.filter(({ rule }) => !rule.startsWith('cluster-'))
    .map(({ severity, rule, file, line }) => `${severity} ${rule} ${file ?? ''}${line === undefined ? '' : `:${String(line)}`}`);
}
const messages = (...paths: string[]): string =>
  checkManifests(paths, { cwd })
    .findings.map(({ message }) => message)
    .join('\n');

const topic = (name = 'sales.order.created', partitions: unknown = 3): string =>
  `apiVersion: kafka.strimzi.io/v1\nkind: KafkaTopic\nmetadata:\n  name: ${name}\nspec:\n  partitions: ${String(partitions)}\n`;

/** A sound system, a file an object. */
function writeSystem(folder: string): void {
  for (const resource of resourcesOf(soundSystem()))
    write(`${folder}/${resource.kind}-${resource.metadata.name}.json`, JSON.stringify(resource));
}

describe('anything that may be in a file', () => {
  it.each<[string, string | Uint8Array, string[]]>([
    ['nothing', '', ['info file-empty f.yaml']],
    ['comments only', '# nothing here\n---\n', ['info file-empty f.yaml']],
    ['malformed YAML', 'a: [1\nb: {\n', ['error yaml-invalid f.yaml:2']],
    ['tabs', 'a:\n\tb: 1\n', ['error yaml-invalid f.yaml:2']],
    ['an alias of nothing', 'a: *b\n', ['error yaml-invalid f.yaml:1']],
    ['text', 'just text\n', ['info file-no-object f.yaml:1']],
    ['a values file', 'replicas: 3\nimage: x\n', ['info file-no-object f.yaml:1']],
    ['a list at the top', '- a\n- b\n', ['info file-no-object f.yaml:1']],
    ['bytes', new Uint8Array([0xff, 0xfe, 0, 1, 2]), ['error file-unreadable f.yaml']],
    ['a zero byte', 'a: \0b', ['error file-unreadable f.yaml']],
    ['an object without a name', 'apiVersion: v1\nkind: ConfigMap\n', ['error object-without-name f.yaml:1']],
    ['a name that YAML takes for a number', topic('123'), ['error object-without-name f.yaml:1']],
    ['a kind of which nothing is known', 'apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: x}\n', ['info kind-unknown f.yaml:2']],
    [
      'a Kustomization',
      'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: []\n',
      ['info kustomization f.yaml:1'],
    ],
    ['a wrong field', topic(undefined, 0), ['error field-invalid f.yaml:6']],
    ['a key that stands twice', `${topic()}  partitions: 0\n`, ['error yaml-key-twice f.yaml:7', 'error field-invalid f.yaml:7']],
    ['Windows line ends and a byte order mark', `\ufeff${topic(undefined, 0).replaceAll('\n', '\r\n')}`, ['error field-invalid f.yaml:6']],
    ['a template', `${topic('x.y.z', '{{ .Values.partitions }}')}`, ['warning helm-template f.yaml']],
    ['a template that is no YAML', `{{- if .Values.on }}\n${topic()}{{- end }}\n`, ['warning helm-template f.yaml']],
    ['a template in a name', topic('"{{ .Release.Name }}-x"'), ['warning helm-template f.yaml']],
  ])('%s', (_, content, expected) => {
    write('f.yaml', content);
    expect(said('f.yaml')).toEqual(expected);
  });

  it('braces in a text are no template', () => {
    write('f.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  alert: "{{ $labels.topic }} is behind"\n');
    expect(said('f.yaml')).toEqual([]);
  });

  it('aliases that grow beyond all bounds', () => {
    const levels = Array.from(
      { length: 12 },
      (_, i) =>
        `l${String(i + 1)}: &l${String(i + 1)} [${Array(9)
          .fill(`*l${String(i)}`)
          .join(', ')}]`,
    );
    write('f.yaml', ['l0: &l0 [a, a, a, a, a, a, a, a, a]', ...levels, ''].join('\n'));
    expect(said('f.yaml')).toEqual(['error yaml-invalid f.yaml:1']);
  });

  it('anchors, merge keys and the booleans of YAML 1.1, as kubectl reads them', () => {
    write(
      'f.yaml',
      `${topic('a.b.c')}  config: &common\n    min.insync.replicas: 1\n    preallocate: no\n---\n${topic('a.b.d')}  config:\n    retention.ms: x\n`,
    );
    expect(said('f.yaml')).toEqual(['error topic-option-invalid f.yaml:18']);
    write('g.yaml', `x: &spec {partitions: 0}\n${topic('a.b.c').replace(/spec:[^]*/, 'spec:\n  <<: *spec\n')}`);
    expect(said('g.yaml')).toEqual(['error field-unknown g.yaml:1', 'error field-invalid g.yaml:6']);
  });

  it('the words and numbers of YAML 1.1, as kubectl reads them', () => {
    const words = [
      'y',
      'n',
      'yes',
      'No',
      'ON',
      'off',
      'yEs',
      'True',
      '~',
      '0777',
      '-010',
      '1_000',
      '12:30',
      '0x1f',
      '1e3',
      '2001-01-01',
      '"no"',
    ];
    const text = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: [${words.join(', ')}]\n`;
    const [declared] = readText(text, 'f.yaml').declared;
    // What "kubectl create --dry-run=client --validate=false -o json" makes of them.
    expect(declared?.resource).toMatchObject({
      data: [true, false, true, false, true, false, 'yEs', true, null, 511, -8, 1000, '12:30', 31, 1000, '2001-01-01', 'no'],
    });
  });

  it('a List, as kubectl get gives it, with status and managed fields', () => {
    const resource = {
      apiVersion: 'kafka.strimzi.io/v1',
      kind: 'KafkaTopic',
      metadata: { name: 'a.b.c', uid: 'x', managedFields: [{}] },
      spec: { partitions: 0 },
      status: { conditions: [] },
    };
    write(
      'list.json',
      JSON.stringify(
        { apiVersion: 'v1', kind: 'List', items: [resource, { ...resource, metadata: { name: 'a.b.d' }, spec: {} }] },
        undefined,
        '\t',
      ),
    );
    expect(said('list.json')).toEqual(['error field-invalid list.json:16']);
    write(
      'typed.json',
      JSON.stringify({
        apiVersion: 'kafka.strimzi.io/v1',
        kind: 'KafkaTopicList',
        items: [{ metadata: { name: 'a.b.c' }, spec: { partitions: 0 } }],
      }),
    );
    expect(said('typed.json')).toEqual(['error field-invalid typed.json:1']);
  });

  it('one bad file and one bad document stop nothing', () => {
    write('d/a.yaml', 'a: [1\n');
    write('d/b.yaml', `a: b: c\n---\n${topic(undefined, 0)}---\njust text\n`);
    write('d/c.yaml', 'x\0');
    expect(said('d')).toEqual([
      'error yaml-invalid d/a.yaml:2',
      'error yaml-invalid d/b.yaml:1',
      'error field-invalid d/b.yaml:8',
      'error file-unreadable d/c.yaml',
      'info file-no-object d/b.yaml:10',
    ]);
  });

  it('says what stands twice, and where', () => {
    write('f.yaml', `${topic()}  partitions: 4\n`);
    expect(messages('f.yaml')).toMatch(/key partitions stands twice in one map \(in line 6 already\)/);
  });

  it('a chart is named once a folder', () => {
    for (const name of ['a', 'b', 'c']) write(`chart/templates/${name}.yaml`, topic('x.y.z', '{{ .Values.partitions }}'));
    expect(said('chart')).toEqual(['warning helm-template chart/templates/a.yaml']);
    expect(messages('chart')).toContain('helm template RELEASE CHART | muster check -');
  });

  it('what a Kustomization patches with is no whole object', () => {
    write('k/base/topic.yaml', topic());
    write(
      'k/prod/kustomization.yaml',
      'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [../base]\npatches: [{path: more.yaml}]\n',
    );
    write('k/prod/more.yaml', topic(undefined, 0));
    expect(said('k')).toEqual(['info kustomization k/prod/kustomization.yaml:1', 'info kustomize-patch k/prod/more.yaml']);
  });

  it('ten megabytes', () => {
    const map = (i: number): string =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c${String(i)}\n  namespace: kafka\ndata:\n  ${'x'.repeat(70)}: ${'y'.repeat(20)}\n`;
    write('big.yaml', [...Array.from({ length: 70_000 }, (_, i) => map(i)), topic(undefined, 0)].join('---\n'));
    const { findings, resources } = checkManifests(['big.yaml'], { cwd });
    expect({ findings: findings.length, resources }).toEqual({ findings: 2, resources: 70_001 });
  }, 60_000);
});

describe('paths', () => {
  it('reads folders without what is hidden, and without going round in circles', () => {
    write('d/a.yaml', topic(undefined, 0));
    write('d/.git/b.yaml', topic(undefined, 0));
    write('d/node_modules/c.yaml', topic(undefined, 0));
    write('d/notes.txt', 'no manifest');
    symlinkSync('.', join(cwd, 'd/again'));
    expect(said('d')).toEqual(['error field-invalid d/a.yaml:6']);
    expect(said('d', 'd/a.yaml', 'd')).toEqual(['error field-invalid d/a.yaml:6']);
  });

  it('names the line of a field, also of one whose name holds dots, or that is not there', () => {
    write('f.yaml', `${topic()}  config:\n    min.insync.replicas: 1\n    retention.ms: x\n`);
    expect(said('f.yaml')).toEqual(['error topic-option-invalid f.yaml:9']);
  });

  it('refuses what is not there, and a folder without manifests', () => {
    mkdirSync(join(cwd, 'empty'));
    expect(() => said('absent')).toThrow(/there is no absent/);
    expect(() => said('empty')).toThrow(/empty holds no manifests/);
  });
});

describe('what is judged together', () => {
  it('a folder, and the files named', () => {
    writeSystem('d');
    expect(said('d')).toEqual([]);
    expect(messages('d/KafkaTopic-sales.order.created.json')).toContain('belongs to Kafka bhf-kafka, which is not among these objects');
    expect(
      said(
        ...['Kafka-bhf-kafka', 'KafkaNodePool-broker', 'KafkaNodePool-controller', 'KafkaTopic-sales.order.created'].map(
          (name) => `d/${name}.json`,
        ),
      ),
    ).toEqual([]);
  });

  it('environments in folders of one folder are not mixed', () => {
    writeSystem('dist/one');
    writeSystem('dist/two');
    const { findings, sets } = checkManifests(['dist'], { cwd });
    expect(sets).toBe(2);
    expect(findings.map(({ rule, file }) => `${rule} ${file ?? ''}`)).toEqual(['folders-apart dist']);
    expect(checkManifests(['dist/one', 'dist/two'], { cwd })).toMatchObject({ sets: 2, findings: [] });
  });

  it('folders of one system stay together', () => {
    for (const resource of resourcesOf(soundSystem())) write(`d/${resource.kind}/${resource.metadata.name}.json`, JSON.stringify(resource));
    expect(checkManifests(['d'], { cwd })).toMatchObject({ sets: 1, findings: [] });
  });

  it('files that declare the same Kafka are alternatives; the same topic twice is a mistake', () => {
    const kafka = JSON.stringify(soundSystem().kafka);
    const pools = resourcesOf(soundSystem())
      .filter(({ kind }) => kind === 'KafkaNodePool')
      .map((pool) => JSON.stringify(pool));
    for (const name of ['a', 'b']) write(`d/${name}.yaml`, [kafka, ...pools].join('\n---\n'));
    expect(checkManifests(['d'], { cwd })).toMatchObject({ sets: 2, findings: [{ rule: 'files-alternative', file: 'd/b.yaml' }] });
    write('e/a.yaml', topic());
    write('e/b.yaml', topic());
    expect(said('e').filter((line) => line.startsWith('error'))).toEqual(expect.arrayContaining(['error object-twice e/b.yaml:4']));
  });
});
