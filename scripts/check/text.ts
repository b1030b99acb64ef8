import { LineCounter, isNode, isScalar, parseAllDocuments, visit, type Document, type ScalarTag } from 'yaml';
import type { Finding, Severity } from '../../constructs/model/finding.js';
import { isRecord, listAt, textAt, type Resource } from '../../constructs/model/resource.js';
import { lineOf } from './lines.js';

/** A Kubernetes object, and where its fields stand. */
export interface Declared {
  readonly resource: Resource;
  /** The line of a field by its dotted path, or of the nearest thing above it. */
  readonly line: (path: string) => number | undefined;
}

export interface ReadText {
  readonly declared: readonly Declared[];
  /** What keeps a part of the text from being read, and what else it is. */
  readonly findings: readonly Finding[];
  /** Files that a Kustomization patches with, relative to its own: parts of objects, which cannot be judged. */
  readonly patches?: readonly string[];
}

/** kubectl reads YAML 1.1, where `no` and `off` are false and 0777 is octal: what it will send is what has to be judged. */
const oldBooleans: ScalarTag = {
  tag: 'tag:yaml.org,2002:bool',
  default: true,
  test: /^(?:[yYnN]|yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF)$/,
  identify: () => false,
  resolve: (text) => /^(?:y|yes|on)$/i.test(text),
};
const oldNumbers: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: /^[-+]?(?:0[0-7_]+|[1-9][0-9]*(?:_[0-9_]*)+)$/,
  identify: () => false,
  resolve: (text) => {
    const digits = text.replace(/[-+_]/g, '');
    return (text.startsWith('-') ? -1 : 1) * parseInt(digits, digits.startsWith('0') ? 8 : 10);
  },
};

/** A finding about a file as such, or about a part of it that is no object. */
export function fileFinding(rule: string, severity: Severity, file: string, message: string, line?: number): Finding {
  return { rule, severity, message, resource: { kind: 'File', name: file }, path: '', file, ...(line !== undefined && { line }) };
}

/** The objects in a text of YAML or JSON. Whatever is wrong with a part of it is said, and the others are read all the same. */
export function readText(text: string, file: string): ReadText {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, {
    lineCounter: lines,
    prettyErrors: false,
    merge: true,
    logLevel: 'silent',
    customTags: (tags) => [oldBooleans, oldNumbers, ...tags],
  });
  if (/\{\{-?\s*[\w.$/("]/.test(text) && documents.some((document) => isTemplate(document)))
    return { declared: [], findings: [helmFinding(file)] };
  const read = documents.map((document) => readDocument(document, file, lines));
  const findings = read.flatMap((part) => part.findings);
  const declared = read.flatMap((part) => part.declared);
  if (declared.length === 0 && findings.length === 0)
    return { declared, findings: [fileFinding('file-empty', 'info', file, 'holds nothing')] };
  return { declared, findings, patches: read.flatMap(({ patches = [] }) => patches) };
}

/** Rendered, a template has neither errors nor maps as keys (what YAML makes of an unquoted `{{ … }}`), nor braces in its name. */
function isTemplate(document: Document.Parsed): boolean {
  if (document.errors.length > 0) return true;
  let found = false;
  visit(document, {
    Pair: (_, { key, value }) => {
      const named = isScalar(key) && ['apiVersion', 'kind', 'name', 'namespace'].includes(String(key.value));
      if (isNode(key) && !isScalar(key)) found = true;
      else if (named && isScalar(value) && String(value.value).includes('{{')) found = true;
      return found ? visit.BREAK : undefined;
    },
  });
  return found;
}

const helmFinding = (file: string): Finding =>
  fileFinding(
    'helm-template',
    'warning',
    file,
    'is a template ({{ … }}), and was not checked: check what it renders to, helm template RELEASE CHART | muster check -',
  );

function readDocument(document: Document.Parsed, file: string, lines: LineCounter): ReadText {
  const line = (offset: number): number => lines.linePos(offset).line;
  const findings = document.errors
    // One mistake makes the parser stumble more than once.
    .filter(({ code }, i, all) => code === 'DUPLICATE_KEY' || all.findIndex((other) => other.code !== 'DUPLICATE_KEY') === i)
    .map((error) =>
      error.code === 'DUPLICATE_KEY'
        ? fileFinding('yaml-key-twice', 'error', file, duplicateKey(document, error.pos[0], lines), line(error.pos[0]))
        : fileFinding('yaml-invalid', 'error', file, `is not valid YAML: ${firstLine(error.message)}`, line(error.pos[0])),
    );
  if (document.errors.some(({ code }) => code !== 'DUPLICATE_KEY')) return { declared: [], findings };
  const start = document.contents === null ? undefined : line(document.contents.range[0]);
  let value: unknown;
  try {
    value = document.toJS();
  } catch (error) {
    // Aliases that refer to nothing, or that grow beyond all bounds.
    const message = `is not valid YAML: ${firstLine(error instanceof Error ? error.message : String(error))}`;
    return { declared: [], findings: [...findings, fileFinding('yaml-invalid', 'error', file, message, start)] };
  }
  if (value === null || value === undefined) return { declared: [], findings };
  const objects = expand(value, []).map((item) => readObject(item, document, file, lines, start));
  return {
    declared: objects.flatMap(({ declared }) => declared),
    findings: [...findings, ...objects.flatMap((object) => object.findings)],
    patches: objects.flatMap(({ patches = [] }) => patches),
  };
}

const firstLine = (text: string): string => text.split('\n')[0] ?? text;

function duplicateKey(document: Document.Parsed, offset: number, lines: LineCounter): string {
  let name = '';
  let first: number | undefined;
  visit(document, {
    Map: (_, { items }) => {
      const twice = items.find(({ key }) => isNode(key) && key.range?.[0] === offset);
      if (twice === undefined) return undefined;
      name = String(twice.key);
      first = items.flatMap(({ key }) => (isNode(key) && String(key) === name ? [key.range?.[0]] : []))[0];
      return visit.BREAK;
    },
  });
  const before = first === undefined || first === offset ? '' : ` (in line ${String(lines.linePos(first).line)} already)`;
  return `the key ${name} stands twice in one map${before}: the last one wins in silence, and strict validation refuses the file; remove one`;
}

interface Item {
  readonly value: unknown;
  /** Where it stands in its document. */
  readonly path: readonly (string | number)[];
}

/** The objects of a List (what `kubectl get -o yaml` gives), those of lists within it too; anything else is itself. */
function expand(value: unknown, path: Item['path']): Item[] {
  if (!isRecord(value)) return [{ value, path }];
  const { kind, apiVersion, items } = value;
  if (typeof kind !== 'string' || !kind.endsWith('List') || !Array.isArray(items)) return [{ value, path }];
  // The API itself leaves kind and version out of the items of a typed list.
  const typed = kind === 'List' ? {} : { apiVersion, kind: kind.slice(0, -'List'.length) };
  return items.flatMap((item: unknown, i) => expand(isRecord(item) ? { ...typed, ...item } : item, [...path, 'items', i]));
}

function readObject({ value, path }: Item, document: Document.Parsed, file: string, lines: LineCounter, start?: number): ReadText {
  const node = path.length === 0 ? document.contents : document.getIn(path, true);
  const line = (field: string): number | undefined => lineOf(node, field, lines);
  const at = line('') ?? start;
  const only = (finding: Finding): ReadText => ({ declared: [], findings: [finding] });
  const kind = textAt(value, 'kind');
  const apiVersion = textAt(value, 'apiVersion');
  if (!isRecord(value) || kind === undefined || kind === '' || apiVersion === undefined || apiVersion === '') {
    return only(
      fileFinding('file-no-object', 'info', file, 'is no Kubernetes object (it has no apiVersion and kind), and was not checked', at),
    );
  }
  if (apiVersion.startsWith('kustomize.config.k8s.io/')) {
    const message = 'is a Kustomization: check what it builds, kubectl kustomize FOLDER | muster check -';
    return { ...only(fileFinding('kustomization', 'info', file, message, at)), patches: patchesOf(value) };
  }
  const metadata = isRecord(value['metadata']) ? value['metadata'] : {};
  const name = metadata['name'] ?? metadata['generateName'];
  if (typeof name !== 'string' || name === '') {
    const given =
      name === undefined || name === '' ? 'has no metadata.name' : `has metadata.name ${JSON.stringify(name)}, which is no text`;
    return only(
      fileFinding('object-without-name', 'error', file, `${kind} ${given}: give it one, in quotes if it looks like a number`, at),
    );
  }
  return { declared: [{ resource: { ...value, apiVersion, kind, metadata: { ...metadata, name }, file }, line }], findings: [] };
}

function patchesOf(kustomization: unknown): string[] {
  const named = ['patches', 'patchesJson6902'].flatMap((field) => listAt(kustomization, field).map((patch) => textAt(patch, 'path')));
  return [...named, ...listAt(kustomization, 'patchesStrategicMerge')].filter((path) => typeof path === 'string');
}
