import type { NodeAccess, NodeSignal } from '../../cluster/node-access.js';
import type { PodSeen } from '../../cluster/pod-watch.js';
import { undoRanks, type Session } from './session.js';

/** Signals from the node to the first process of a pod's container. What was stopped goes on when the drill ends. */
export interface PodSignals {
  /** Before they are needed: what a fault does must not wait for a pod to start. */
  open(nodes: readonly string[]): Promise<void>;
  send(pod: PodSeen, name: NodeSignal): Promise<void>;
}

export function podSignals({ undo, through }: Session, nodes: NodeAccess): PodSignals {
  const open = async (names: readonly string[]): Promise<void> => {
    for (const node of new Set(names)) {
      const opening = nodes.open(node);
      for (const args of nodes.leftovers()) undo.add(args.join(' '), undoRanks.pods, args);
      await opening;
    }
  };
  return {
    open: async (names) => through(async () => open(names)),
    send: async (pod, name) =>
      through(async () => {
        await open([pod.node]);
        const target = { node: pod.node, containerId: pod.containerId ?? '' };
        const thaw = `thaw ${pod.name}`;
        if (name === 'STOP') undo.add(thaw, undoRanks.thaw, nodes.later(target, 'CONT'));
        await nodes.signal(target, name);
        if (name !== 'STOP') undo.drop(thaw);
      }),
  };
}
