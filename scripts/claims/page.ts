import type { Claim, Ruling } from './claim.js';

export interface JudgedClaim {
  readonly claim: Claim;
  readonly ruling: Ruling;
}

/** Where and when the figures were made. */
export interface Circumstances {
  readonly kafkaVersion: string;
  readonly date: string;
  readonly machine: string;
}

/** The page of the claims, as Markdown. */
export function renderClaims(judged: readonly JudgedClaim[], circumstances: Circumstances): string {
  const counted = (is: Ruling['is']): number => judged.filter(({ ruling }) => ruling.is === is).length;
  const lines = [
    '# What is said of Kafka, and what is true',
    '',
    `Written by \`muster claims\` on ${circumstances.date}: Apache Kafka ${circumstances.kafkaVersion}, real brokers and real worker processes on ${circumstances.machine}. Times on another machine differ; the conditions do not.`,
    '',
    `${String(judged.length)} claims: ${String(counted('true'))} true, ${String(counted('true only when'))} true only under a condition, ${String(counted('false'))} false${counted('not measured') === 0 ? '' : `, ${String(counted('not measured'))} not measured`}.`,
    '',
    '| claim | verdict | figure | by |',
    '| --- | --- | --- | --- |',
    ...judged.map(({ claim, ruling }) => `| ${[claim.says, verdictOf(ruling), ruling.figure, ruling.by].map(cell).join(' | ')} |`),
    '',
  ];
  return lines.join('\n');
}

export function verdictOf({ is, condition }: Ruling): string {
  return is === 'true only when' ? `**true only when** ${condition ?? ''}` : `**${is}**`;
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
