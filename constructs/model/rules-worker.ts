/** One variable a worker reads, as far as a rule needs to know it; the workers' contract has this shape. */
export interface WorkerSetting {
  readonly type: 'text' | 'integer' | 'choice';
  readonly description: string;
  readonly default?: string | number;
  readonly pattern?: string;
  readonly min?: number;
  readonly max?: number;
  readonly values?: readonly string[];
}

/** What is wrong with a variable's value, or undefined. */
export function settingProblem(name: string, setting: WorkerSetting, value: string): string | undefined {
  switch (setting.type) {
    case 'integer': {
      const { min = -Infinity, max = Infinity } = setting;
      const number = /^-?\d+$/.test(value) ? Number(value) : NaN;
      return number >= min && number <= max
        ? undefined
        : `${name} is "${value}": give a whole number from ${min} to ${max} (${setting.description})`;
    }
    case 'choice':
      return (setting.values ?? []).includes(value)
        ? undefined
        : `${name} is "${value}": give one of ${(setting.values ?? []).join(', ')} (${setting.description})`;
    case 'text':
      return setting.pattern === undefined || new RegExp(`^(?:${setting.pattern})$`).test(value)
        ? undefined
        : `${name} is "${value}", which does not match ${setting.pattern} (${setting.description})`;
  }
}

/** Why a heartbeat does not go with a session, or undefined: two lost heartbeats must not cost the membership. Both in ms. */
export function heartbeatProblem(heartbeatMs: number, sessionMs: number): string | undefined {
  if (heartbeatMs * 3 < sessionMs) return undefined;
  return `a heartbeat every ${heartbeatMs} ms is too slow for a session of ${sessionMs} ms: it must stay below a third of it; set the heartbeat to ${Math.max(1, Math.ceil(sessionMs / 3) - 1)} ms or less, or the session above ${heartbeatMs * 3} ms`;
}
