/** kafkajs wraps what happened in what it did about it: the innermost cause. */
export function causeOf(error: unknown): Error {
  let inner = error instanceof Error ? error : new Error(String(error));
  while (inner.cause instanceof Error) inner = inner.cause;
  return inner;
}

/** Kafka's name for an error of the protocol, such as NOT_ENOUGH_REPLICAS; undefined for any other. */
export function protocolType(error: Error): string | undefined {
  return 'type' in error && typeof error.type === 'string' ? error.type : undefined;
}
