import type { recordKinds } from '../contract.js';
import type { MakesRecords } from '../producing/record-maker.js';

export type RecordKind = (typeof recordKinds)[number];

/** The makers by name, each in the file of its system; loaded only where it is used. */
export const makers: Readonly<Partial<Record<RecordKind, () => Promise<MakesRecords>>>> = {
  order: async () => (await import('../producing/orders.js')).makeOrder,
  'flight-position': async () => (await import('./flights.js')).makeFlightPosition,
  'machine-command': async () => (await import('./machine-line.js')).makeMachineCommand,
  commande: async () => (await import('./groups-primer.js')).makeCommande,
  reservation: async () => (await import('./reservations.js')).makeReservation,
};
