import { Environment } from '@marcbachmann/cel-js';
import { isRecord } from './resource.js';

/** A rule in the Common Expression Language, as a CRD carries them: it must be true of `self`, the value it stands at. */
export interface CelRule {
  readonly rule: string;
  readonly message: string;
}

type Expression = (context: { readonly self: unknown }) => unknown;

let environment: Environment | undefined;
const parsed = new Map<string, Expression>();

function expressionOf(rule: string): Expression {
  let expression = parsed.get(rule);
  if (expression === undefined) {
    environment ??= new Environment({ unlistedVariablesAreDyn: true });
    parsed.set(rule, (expression = environment.parse(rule)));
  }
  return expression;
}

/** Whether the value keeps the rule. As for the API server, a rule that cannot be evaluated, because a field it reads is absent, is broken. */
export function keepsRule({ rule }: CelRule, self: unknown): boolean {
  const expression = expressionOf(rule);
  try {
    return expression({ self: celValue(self) }) === true;
  } catch {
    return false;
  }
}

/** CEL tells whole numbers from others; JavaScript does not. */
function celValue(value: unknown): unknown {
  if (Number.isSafeInteger(value)) return BigInt(value as number);
  if (Array.isArray(value)) return value.map(celValue);
  if (isRecord(value)) return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, celValue(child)]));
  return value;
}
