/** One variable a worker reads, as far as a rule needs to know it; the workers' contract has this shape. */
export interface WorkerSetting {
  readonly type: 'text' | 'integer' | 'choice';
  readonly description: string;
  readonly default?: string | number;
  readonly pattern?: string;
  readonly min?: number;
  readonly max?: number;
  readonly values?: readonly string[];
  readonly needs?: Readonly<Record<string, readonly string[]>>;
}

/** The variables of each kind of worker, by the value of its label app.kubernetes.io/component. */
export interface WorkerContracts {
  readonly producer: Readonly<Record<string, WorkerSetting>>;
  readonly consumer: Readonly<Record<string, WorkerSetting>>;
  readonly api: Readonly<Record<string, WorkerSetting>>;
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
