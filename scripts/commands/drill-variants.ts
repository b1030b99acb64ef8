import { join } from 'node:path';
import { MusterError } from '../../constructs/model/error.js';
import type { Context } from '../context.js';
import { compare, type ComparedGroup, type ComparedRun } from '../drill/compare.js';
import { comparisonTable } from '../drill/compare-text.js';
import type { LogLine } from '../drill/events.js';
import { prepareReport, writeComparison } from '../drill/report/write.js';
import { judge } from '../drill/verdict.js';

export const protocolNames = ['eager', 'cooperative', 'consumer'] as const;
export type ProtocolName = (typeof protocolNames)[number];

/** One way to run a scenario. */
export interface DrillVariant {
  readonly label: string;
  readonly client?: string;
  readonly protocol?: ProtocolName;
}

/**
 * The variants of some clients and protocols: each client with each protocol that it has. Where only protocols are named, and more than eager,
 * all run on librdkafka, which alone has all three: otherwise clients would be compared.
 * @throws MusterError `bad-input` when none is left: kafkajs knows eager alone.
 */
export function variantsOf(clients: readonly string[], protocols: readonly ProtocolName[]): readonly DrillVariant[] {
  const onlyProtocols = clients.length === 0 && protocols.length > 1;
  const named = onlyProtocols ? ['librdkafka'] : clients;
  if (named.length === 0) return protocols.length === 0 ? [{ label: '' }] : protocols.map((protocol) => ({ label: protocol, protocol }));
  if (protocols.length === 0) return named.map((client) => ({ label: client, client }));
  const possible = named.flatMap((client) =>
    protocols
      .filter((protocol) => client !== 'kafkajs' || protocol === 'eager')
      .map((protocol): DrillVariant => ({ label: named.length === 1 ? protocol : `${client}, ${protocol}`, client, protocol })),
  );
  if (possible.length === 0)
    throw new MusterError(
      'bad-input',
      `--client ${named.join(' ')} --protocol ${protocols.join(' ')} cannot be: kafkajs knows eager alone; take --client librdkafka`,
    );
  return possible;
}

export interface VariantsOptions {
  readonly runs: number;
  readonly json: boolean;
  readonly report: string | undefined;
  readonly run: (variant: DrillVariant) => Promise<LogLine[]>;
}

/** Runs the variants in turns, so that a machine that is busy for a while is so for all of them, and sets them side by side. */
export async function drillVariants(
  { terminal, abort }: Context,
  variants: readonly DrillVariant[],
  options: VariantsOptions,
): Promise<number> {
  const { runs, json, report, run } = options;
  if (report !== undefined) prepareReport(report);
  const found = new Map<DrillVariant, ComparedRun[]>(variants.map((variant) => [variant, []]));
  for (let number = 1; number <= runs; number += 1)
    for (const [variant, done] of found) {
      terminal.say(`${variant.label}, run ${String(number)} of ${String(runs)}`);
      const events = await run(variant);
      abort.throwIfAborted();
      const verdict = judge(events);
      done.push({ events, verdict });
      terminal.say(
        `${variant.label}, run ${String(number)}: ${verdict.verdict}${verdict.reasons[0] === undefined ? '' : `, ${verdict.reasons[0]}`}`,
      );
    }
  const groups: ComparedGroup[] = [...found].map(([{ label }, done]) => ({ label, runs: done }));
  const comparison = compare(groups);
  // The verdict first: should the disk fill up now, the minutes were not spent for nothing.
  terminal.data(json ? JSON.stringify(comparison, undefined, 2) : comparisonTable(comparison, { colour: terminal.colour }));
  if (report !== undefined) {
    writeComparison(report, groups);
    terminal.say(`report: ${join(report, 'index.html')}`);
  }
  return comparison.verdict === 'passed' ? 0 : 1;
}
