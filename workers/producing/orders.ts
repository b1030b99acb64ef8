import { padding, type MakesRecords } from './record-maker.js';

/** Orders of a customer, padded to the size asked for. */
export const makeOrder: MakesRecords = ({ key, seq, correlationId, recordBytes }) => {
  const total = ((seq * 37) % 10_000) / 100;
  const order = `{"order_id":"${correlationId}","user_id":${JSON.stringify(key)},"total":${total},"seq":${seq},"note":"`;
  return { value: `${order}${padding(recordBytes, Buffer.byteLength(order) + 2)}"}` };
};
