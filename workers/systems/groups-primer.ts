import { padding, type MakesRecords } from '../producing/record-maker.js';

/** S1: a `commande` of a client. */
export const makeCommande: MakesRecords = ({ key, seq, correlationId, recordBytes }) => {
  const start = `{"commande_id":"${correlationId}","client":${JSON.stringify(key)},"montant":${((seq * 53) % 20_000) / 100},"note":"`;
  return { value: `${start}${padding(recordBytes, Buffer.byteLength(start) + 2)}"}` };
};
