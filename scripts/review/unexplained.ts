import type { Resource } from '../../constructs/model/resource.js';
import { isStrimzi } from '../../constructs/model/system.js';
import type { FieldChange, ResourceChange } from './change.js';
import type { Judged } from './consequence.js';

/** A consequence before it is known which differences it explains. */
export type Told = Omit<Judged, 'explains'>;

const workloads = new Set(['Deployment', 'StatefulSet', 'DaemonSet']);
const metadataDocs = 'https://kubernetes.io/docs/concepts/overview/working-with-objects/';

/** A difference that no rule speaks of, with the grade that its place allows. */
export function unexplained({ path, before, after }: FieldChange, resource: Resource): Told {
  const told = { path, before, after };
  if (/^metadata\.annotations\.muster\.dev\/why-/.test(path)) {
    return {
      ...told,
      id: 'note-changed',
      grade: 'safe',
      consequence: 'A reason that Muster wrote down for people: nothing acts on it.',
      source: 'docs/review.md',
    };
  }
  if (/^metadata\.annotations(\.|$)/.test(path)) {
    return {
      ...told,
      id: 'annotation-changed',
      grade: 'safe',
      consequence: 'An annotation of the object alone: nothing restarts for it. Whoever reads that annotation acts on it.',
      source: `${metadataDocs}annotations/`,
    };
  }
  if (/^metadata\.labels(\.|$)/.test(path)) {
    return {
      ...told,
      id: 'label-changed',
      grade: 'safe',
      consequence: 'A label of the object alone: nothing restarts for it. Selectors that ask for this label find it, or no longer.',
      source: `${metadataDocs}labels/`,
    };
  }
  if (workloads.has(resource.kind) && path.startsWith('spec.template.')) {
    return {
      ...told,
      id: 'pod-template-changed',
      grade: 'rolling',
      consequence: `The template of its pods changes: the ${resource.kind} replaces all of them.`,
      source: 'https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#updating-a-deployment',
    };
  }
  if (isStrimzi(resource) && /(^|\.)template\.pod(\.|$)|(^|\.)template\.[A-Za-z]+Container(\.|$)/.test(path)) {
    return {
      ...told,
      id: 'pod-template-changed',
      grade: 'rolling',
      consequence: 'The template of its pods changes: the operator restarts them, one after the other.',
      source: 'https://strimzi.io/docs/operators/latest/deploying#assembly-customizing-kubernetes-resources-str',
    };
  }
  return { ...told, id: 'field-changed', grade: 'safe', consequence: noRule('this field'), source: 'docs/review.md' };
}

const noRule = (of: string): string => `Muster has no rule for ${of}: no harm is known of it, which is no proof that there is none.`;

/** A resource that came, went or has another name, and of whose kind no rule speaks. */
export function wholeResource({ how, before, after }: ResourceChange): Told {
  const kind = (after ?? before)?.kind ?? '';
  const told = { path: '', before: undefined, after: undefined, grade: 'safe', source: 'docs/review.md' } as const;
  switch (how) {
    case 'added':
      return { ...told, id: 'resource-added', consequence: `A new ${kind}. ${noRule('this kind')}` };
    case 'removed':
      return {
        ...told,
        id: 'resource-removed',
        consequence: `The ${kind} goes, once it is deleted from the cluster (pruning, or by hand). ${noRule('this kind')}`,
      };
    case 'renamed':
    case 'changed':
      return {
        ...told,
        id: 'resource-renamed',
        before: before?.metadata.name,
        after: after?.metadata.name,
        consequence: `Kubernetes knows no renaming: the ${kind} ${String(before?.metadata.name)} goes, and ${String(after?.metadata.name)} is new. ${noRule('this kind')}`,
      };
  }
}
