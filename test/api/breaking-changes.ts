import type {
  DocumentedOperation,
  JsonSchema,
  OpenApiDocument,
  Parameter,
  Referred,
  ResponseObject,
} from '../../orchestrator/http/contract/document-types.ts';
import { referred, type Scope, whyNotWithin } from './schema-within.ts';

/**
 * What breaks a client of the earlier document, a sentence for each: a removed route, a removed
 * field, a new required field, a value that is refused now or that the client does not expect.
 */
export function breakingChanges(before: OpenApiDocument, now: OpenApiDocument): readonly string[] {
  return Object.entries(before.paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, operation]) => {
      const route = `${method.toUpperCase()} ${path}`;
      const kept = now.paths[path]?.[method];
      if (kept === undefined) return [`${route} is removed`];
      return [
        ...ofName(route, operation, kept),
        ...ofParameters(route, { document: before, operation }, { document: now, operation: kept }),
        ...ofBody(route, { document: before, operation }, { document: now, operation: kept }),
        ...ofAnswer(route, { document: before, operation }, { document: now, operation: kept }),
      ];
    }),
  );
}

interface Side {
  readonly document: OpenApiDocument;
  readonly operation: DocumentedOperation;
}

const ofName = (route: string, old: DocumentedOperation, kept: DocumentedOperation): readonly string[] =>
  old.operationId === kept.operationId
    ? []
    : [`${route} was ${old.operationId} and is ${kept.operationId} now`];

const scope = ({ document }: Side, schema: JsonSchema): Scope => ({
  schema,
  named: document.components.schemas,
});

function parametersOf({ document, operation }: Side): ReadonlyMap<string, Parameter> {
  const parameters = (operation.parameters ?? []).flatMap((each: Parameter | Referred) => {
    if (!('$ref' in each)) return [each];
    const found = document.components.parameters[each.$ref.split('/').at(-1) ?? ''];
    return found === undefined ? [] : [found];
  });
  return new Map(parameters.map((each) => [`${each.in} parameter ${each.name}`, each]));
}

function ofParameters(route: string, old: Side, now: Side): readonly string[] {
  const [was, is] = [parametersOf(old), parametersOf(now)];
  const added = [...is].filter(([name, { required }]) => required && !was.has(name));
  return [
    ...added.map(([name]) => `${route} needs the ${name}`),
    ...[...was].flatMap(([name, parameter]) => {
      const kept = is.get(name);
      if (kept === undefined) return [`${route} refuses the ${name}`];
      if (kept.required && !parameter.required) return [`${route} needs the ${name}`];
      return whyNotWithin(scope(old, parameter.schema), scope(now, kept.schema), `the ${name}`).map(
        (why) => `${route} refuses what was taken: ${why}`,
      );
    }),
  ];
}

function ofBody(route: string, old: Side, now: Side): readonly string[] {
  const [was, is] = [old.operation.requestBody, now.operation.requestBody];
  if (is === undefined) return was === undefined ? [] : [`${route} takes no body`];
  if (is.required && was?.required !== true) return [`${route} needs a body`];
  return Object.entries(was?.content ?? {}).flatMap(([type, { schema }]) => {
    const kept = is.content[type];
    if (kept === undefined) return [`${route} takes no body of ${type}`];
    return whyNotWithin(scope(old, schema), scope(now, kept.schema), 'body').map(
      (why) => `${route} refuses what was taken: ${why}`,
    );
  });
}

const answerOf = ({ document, operation }: Side): ResponseObject | undefined => {
  const { 200: found } = operation.responses;
  if (found === undefined || !('$ref' in found)) return found;
  return document.components.responses[found.$ref.split('/').at(-1) ?? ''];
};

function ofAnswer(route: string, old: Side, now: Side): readonly string[] {
  const [was, is] = [answerOf(old), answerOf(now)];
  return Object.entries(was?.content ?? {}).flatMap(([type, { schema }]) => {
    const kept = is?.content?.[type];
    if (kept === undefined) return [`${route} answers no ${type}`];
    const [from, to] = [scope(now, kept.schema), scope(old, schema)];
    return [
      ...whyNotWithin(from, to, 'the answer').map((why) => `${route} answers what no client expects: ${why}`),
      ...lostFields(to, from, 'the answer', new Set()).map((field) => `${route} answers without ${field}`),
    ];
  });
}

/** Fields that the earlier answer may have and this one never has. */
function lostFields(old: Scope, now: Scope, place: string, under: ReadonlySet<string>): readonly string[] {
  const pair = `${old.schema.$ref ?? ''} ${now.schema.$ref ?? ''}`;
  if (pair.length > 1 && under.has(pair)) return [];
  const seen = new Set([...under, pair]);
  const [was, is] = [shapesOf(old), shapesOf(now)];
  return was.flatMap(({ properties = {}, items }) => [
    ...Object.entries(properties).flatMap(([name, schema]) => {
      const at = `${place}.${name}`;
      const kept = is.map((shape) => shape.properties?.[name] ?? shape.additionalProperties);
      const first = kept.find((each) => typeof each === 'object');
      if (first === undefined) return is.some(isOpen) ? [] : [at];
      return lostFields({ ...old, schema }, { ...now, schema: first }, at, seen);
    }),
    ...(items === undefined
      ? []
      : is.flatMap((shape) =>
          shape.items === undefined
            ? []
            : lostFields({ ...old, schema: items }, { ...now, schema: shape.items }, `${place}[]`, seen),
        )),
  ]);
}

/** A schema that says nothing of its fields. */
const isOpen = (shape: JsonSchema): boolean => Object.keys(shape).length === 0;

/** The schema behind references, and each of its alternatives. */
function shapesOf({ schema, named }: Scope): readonly JsonSchema[] {
  const found = referred(schema, named);
  const choices = found.anyOf ?? found.oneOf;
  return choices === undefined ? [found] : choices.flatMap((each) => shapesOf({ schema: each, named }));
}
