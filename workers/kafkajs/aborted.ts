/** A record as kafkajs has it from a fetch. */
export interface FetchedMessage {
  readonly offset: string;
  readonly key: Buffer | null;
  readonly batchContext: { readonly producerId: string; readonly inTransaction: boolean };
  /** The marker of a transaction, no record of anybody's: kafkajs keeps such from its consumers. */
  isControlRecord: boolean;
}

export interface AbortedTransaction {
  readonly producerId: string;
  readonly firstOffset: string;
}

/** Type in the key of a marker: its version and its type, two bytes each. */
const abort = 0;

/**
 * Marks the records of aborted transactions as such that are nobody's, as Java's client does. kafkajs notices one aborted transaction for each
 * record it looks at, so where two begin before the first record of a fetch it hands out records of the second; and it takes any record whose
 * key is four zero bytes for the end of one.
 */
export function hideAborted(messages: readonly FetchedMessage[], transactions: readonly AbortedTransaction[]): void {
  const begun = [...transactions].sort((a, b) => compare(a.firstOffset, b.firstOffset));
  const aborted = new Set<string>();
  let next = 0;
  for (const message of messages) {
    for (let one = begun[next]; one !== undefined && compare(one.firstOffset, message.offset) <= 0; one = begun[next]) {
      aborted.add(one.producerId);
      next += 1;
    }
    const { producerId, inTransaction } = message.batchContext;
    if (message.isControlRecord) {
      if (message.key?.length === 4 && message.key.readInt16BE(2) === abort) aborted.delete(producerId);
    } else if (inTransaction && aborted.has(producerId)) message.isControlRecord = true;
  }
}

function compare(a: string, b: string): number {
  return a.length === b.length ? (a < b ? -1 : a > b ? 1 : 0) : a.length - b.length;
}
