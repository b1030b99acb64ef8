/** An answer, and how long it took in ms. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
  readonly ms: number;
}

/** Posts a body as it is when it is text or bytes, else as JSON. Rejects when there is no answer. */
export async function post(url: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answered> {
  const begun = performance.now();
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' || body instanceof Uint8Array ? (body as string) : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: JSON.parse(text) as Answered['body'], ms: performance.now() - begun };
}

/** Keeps so many requests on their way until the address refuses connections; returns what was answered. */
export async function load(url: string, clients: number, make: () => unknown): Promise<readonly Answered[]> {
  const answers: Answered[] = [];
  let isOver = false;
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (!isOver) {
        try {
          answers.push(await post(url, make()));
        } catch (error) {
          isOver ||= (error as { cause?: { code?: string } }).cause?.code === 'ECONNREFUSED';
        }
      }
    }),
  );
  return answers;
}
