import type { JsonSchema } from '../../orchestrator/http/contract/document-types.ts';

/** A schema, and the named schemas to which it may refer. */
export interface Scope {
  readonly schema: JsonSchema;
  readonly named: Readonly<Record<string, JsonSchema>>;
}

/**
 * Why some value of the narrow schema is none of the wide one: a sentence for each reason. Empty =
 * every value fits.
 * @param place where the value stands, such as `body.waves[]`
 */
export function whyNotWithin(narrow: Scope, wide: Scope, place: string): readonly string[] {
  return within(narrow, wide, place, new Set());
}

function within(narrow: Scope, wide: Scope, place: string, under: ReadonlySet<string>): readonly string[] {
  const pair = `${narrow.schema.$ref ?? ''} ${wide.schema.$ref ?? ''}`;
  // A schema that holds itself was compared already.
  if (pair.length > 1 && under.has(pair)) return [];
  const seen = new Set([...under, pair]);
  const [from, to] = [resolved(narrow), resolved(wide)];
  const choices = from.schema.anyOf ?? from.schema.oneOf;
  if (choices !== undefined)
    return choices.flatMap((schema) => within({ ...from, schema }, wide, place, seen));
  const options = to.schema.anyOf ?? to.schema.oneOf;
  if (options !== undefined) {
    const reasons = options.map((schema) => within(from, { ...to, schema }, place, seen));
    // The option that fits best says best why it does not.
    return reasons.toSorted((a, b) => a.length - b.length)[0] ?? [];
  }
  return [...ofTypes(from.schema, to.schema, place), ...ofParts(from, to, place, seen)];
}

function resolved({ schema, named }: Scope): Scope {
  return { schema: referred(schema, named), named };
}

/** The schema behind a reference, with the fields that are required beside the reference. */
export function referred(schema: JsonSchema, named: Scope['named']): JsonSchema {
  const name = schema.$ref?.split('/').at(-1);
  if (name === undefined) return schema;
  const found = named[name] ?? {};
  if (schema.required === undefined) return found;
  return { ...found, required: [...(found.required ?? []), ...schema.required] };
}

const listed = (values: readonly unknown[]): string =>
  values.map((value) => JSON.stringify(value)).join(', ');

function ofTypes(from: JsonSchema, to: JsonSchema, place: string): readonly string[] {
  const given = typesOf(from);
  const taken = typesOf(to);
  const isTaken = (type: string): boolean =>
    taken.includes(type) || (type === 'integer' && taken.includes('number'));
  if (taken.length > 0 && !(given.length > 0 && given.every(isTaken)))
    return [`${place} is ${given.join(' or ') || 'anything'}, where ${taken.join(' or ')} is expected`];
  const values = valuesOf(to);
  if (values !== null) {
    const more = valuesOf(from)?.filter((value) => !values.includes(value));
    if (more === undefined) return [`${place} is any value, where one of ${listed(values)} is expected`];
    if (more.length > 0) return [`${place} may be ${listed(more)}, which is not expected`];
    return [];
  }
  return bounds.flatMap(([keyword, isNarrower]) => {
    const [a, b] = [from[keyword], to[keyword]];
    return b === undefined || isNarrower(a, b)
      ? []
      : [
          `${keyword} of ${place} is ${a === undefined ? 'free' : JSON.stringify(a)}, where ${JSON.stringify(b)} is expected`,
        ];
  });
}

const atLeast = (a: unknown, b: unknown): boolean => typeof a === 'number' && a >= Number(b);
const atMost = (a: unknown, b: unknown): boolean => typeof a === 'number' && a <= Number(b);
const same = (a: unknown, b: unknown): boolean => a === b;

/** What bounds a value, and whether the first bound is within the second. */
const bounds: readonly (readonly [keyword: string, isNarrower: (a: unknown, b: unknown) => boolean])[] = [
  ['minimum', atLeast],
  ['exclusiveMinimum', atLeast],
  ['maximum', atMost],
  ['minLength', atLeast],
  ['maxLength', atMost],
  ['minItems', atLeast],
  ['maxItems', atMost],
  ['pattern', same],
];

const typesOf = ({ type }: JsonSchema): readonly string[] =>
  type === undefined ? [] : typeof type === 'string' ? [type] : type;

const valuesOf = (schema: JsonSchema): readonly unknown[] | null =>
  schema.enum ?? ('const' in schema ? [schema.const] : null);

function ofParts(from: Scope, to: Scope, place: string, seen: ReadonlySet<string>): readonly string[] {
  const [a, b] = [from.schema, to.schema];
  const missing = (b.required ?? []).filter((name) => !(a.required ?? []).includes(name));
  const fields = Object.entries(a.properties ?? {}).flatMap(([name, schema]) => {
    const at = `${place}.${name}`;
    const known = b.properties?.[name] ?? b.additionalProperties ?? true;
    if (known === false) return [`${at} is not known`];
    return known === true ? [] : within({ ...from, schema }, { ...to, schema: known }, at, seen);
  });
  const items =
    a.items === undefined || b.items === undefined
      ? []
      : within({ ...from, schema: a.items }, { ...to, schema: b.items }, `${place}[]`, seen);
  const values =
    typeof a.additionalProperties === 'object' && typeof b.additionalProperties === 'object'
      ? within(
          { ...from, schema: a.additionalProperties },
          { ...to, schema: b.additionalProperties },
          `${place}.*`,
          seen,
        )
      : [];
  return [...missing.map((name) => `${place}.${name} may be missing`), ...fields, ...items, ...values];
}
