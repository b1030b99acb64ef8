import { isRecord } from '../../constructs/model/resource.js';

/** Fields that stand elsewhere in the line, or help nobody who watches. */
const hidden = new Set(['level', 'time', 'message', 'worker', 'clientId', 'pid', 'hostname']);
const paints: Readonly<Record<string, string>> = { warn: '33', error: '31', fatal: '31' };

/** A worker's line of log as a person reads it; what is no such line is left as it is. */
export function readableLine(pod: string, line: string, colour: boolean): string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return `${pod}  ${line}`;
  }
  if (!isRecord(parsed) || typeof parsed['message'] !== 'string') return `${pod}  ${line}`;
  const time = typeof parsed['time'] === 'string' ? parsed['time'].slice(11, 19) : '        ';
  const level = typeof parsed['level'] === 'string' ? parsed['level'] : 'info';
  const rest = Object.entries(parsed)
    .filter(([name]) => !hidden.has(name))
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const text = [parsed['message'], ...rest].join('  ');
  const paint = colour ? paints[level] : undefined;
  return `${time} ${pod.padEnd(24)} ${paint === undefined ? `${level === 'info' ? '' : `${level}: `}${text}` : `\u001b[${paint}m${text}\u001b[0m`}`;
}
