import { createHash } from 'node:crypto';

/**
 * The id of what is posted: a function of who posts and of the Idempotency-Key, so that a repeated request makes the same record again, by
 * whichever replica, and readers can tell. A UUID of version 8 (RFC 9562), whose bits are ours to choose.
 */
export function idOf(path: string, key: string, idempotencyKey: string): string {
  const hex = createHash('sha256')
    .update(JSON.stringify([path, key, idempotencyKey]))
    .digest('hex');
  const variant = ((parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
