/** What an API takes in: where it is posted, what a right body is, and the record it becomes. Each stands in the file of its system. */
export interface ApiResource {
  /** Path it is posted to, as `/orders`. */
  readonly path: string;
  /** What one is called, as `order`; its id is then `orderId` in answers and records. */
  readonly name: string;
  readonly fields: Readonly<Record<string, ApiField>>;
  /** The field that is the record's key. */
  readonly keyField: string;
}

export interface ApiField {
  /** JSON schema of the value. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** What to give, for the answer to a wrong value: "give …". */
  readonly wanted: string;
  /** @default false */
  readonly isOptional?: boolean;
}

/** A body that is a JSON object whose known fields are right; fields of other names go into the record as they are. */
export type Body = Readonly<Record<string, unknown>>;

/** Whether a value is right by a schema; the path within it that is not, as `/3/quantity`. */
export type Validates = (schema: ApiField['schema'], value: unknown) => { readonly path: string } | undefined;

export interface FieldProblem {
  readonly field: string;
  readonly problem: string;
}

/** Everything that is wrong with a body: one problem a field at most, so that a body full of mistakes costs no more than another. */
export function problemsOf(resource: ApiResource, body: unknown, validate: Validates): FieldProblem[] {
  const names = Object.keys(resource.fields);
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return [{ field: '', problem: `the body is ${shown(body)}: give a JSON object with ${names.join(', ')}` }];
  return names.flatMap((field) => {
    const { schema, wanted, isOptional = false } = resource.fields[field] ?? { schema: {}, wanted: '' };
    const value: unknown = Object.hasOwn(body, field) ? (body as Body)[field] : undefined;
    if (value === undefined) return isOptional ? [] : [{ field, problem: `${field} is missing: give ${wanted}` }];
    const wrong = validate(schema, value);
    if (wrong === undefined) return [];
    const at = wrong.path.split('/').slice(1);
    const inside = at.reduce<unknown>((outer, name) => (outer as Record<string, unknown> | undefined)?.[name], value);
    return [{ field, problem: `${[field, ...at].join('.')} is ${shown(inside)}: give ${wanted}` }];
  });
}

/** A value as a person recognises it, and never a long one. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length <= 60 ? text : `${text.slice(0, 60)}… (${text.length} characters)`;
}
