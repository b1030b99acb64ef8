/** Why a number is what it is, by the name of the number: `{ partitions: '6: …' }`. Short, for the person who reads the manifest. */
export type Reasons = Readonly<Record<string, string>>;

/**
 * The reasons as annotations `muster.dev/why-NAME`. They stand on the object and never on its pod template: a better sentence must not
 * restart a pod.
 */
export function reasonAnnotations(reasons: Reasons = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(reasons).map(([name, why]) => [`muster.dev/why-${name}`, why]));
}
