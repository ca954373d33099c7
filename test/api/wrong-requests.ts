import type { DocumentedOperation, Parameter } from '../../orchestrator/http/contract/document-types.ts';
import type { Example } from '../../orchestrator/http/contract/examples.ts';
import type { DescribedRoute } from './described.ts';

/** A request as it goes over the wire. */
export interface WireRequest {
  readonly what: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

const json = { 'content-type': 'application/json' };
const wrongTexts = ['', '%20', '-1', '1e99', 'x'.repeat(99), '%E2%82%AC', '__proto__', '..%2F..'];
const longName = 'x'.repeat(2_000);
const wrongValues: readonly unknown[] = [null, -1, 1.5, '', 'x'.repeat(5_000), [], {}, ['\u0000'], true];

/** Every form of the answer, and one that no route has. */
const acceptable = ({ responses: { 200: answer } }: DocumentedOperation): readonly string[] => [
  ...Object.keys(answer !== undefined && 'content' in answer ? (answer.content ?? {}) : {}),
  'image/png',
];

/**
 * Requests of a route with right, missing, oversized and wrong values, made of the document and of
 * the example that works.
 */
export function requestsOf(route: DescribedRoute, example: Example): readonly WireRequest[] {
  const { method, operation } = route;
  const parameters = (operation.parameters ?? []).flatMap((each) => ('$ref' in each ? [] : [each]));
  const pathWith = (changed: Readonly<Record<string, string>>, query = queryOf(example.query)): string =>
    `${route.path.replaceAll(
      /\{(\w+)\}/g,
      (_all, name: string) => changed[name] ?? encodeURIComponent(textOf(example.path?.[name])),
    )}${query}`;
  const sent =
    example.body === undefined ? { headers: {} } : { headers: json, body: JSON.stringify(example.body) };
  const base = { method, path: pathWith({}), ...sent };
  return [
    { what: 'as in the example', ...base },
    { what: 'without a token', ...base, headers: { ...sent.headers, authorization: '' } },
    { what: 'with a wrong user', ...base, headers: { ...sent.headers, 'x-servpack-user': '%' } },
    ...acceptable(operation).map((accept) => ({
      what: `accepting ${accept}`,
      ...base,
      headers: { ...sent.headers, accept },
    })),
    ...parameters.flatMap((each) => wrongParameter(each, base, pathWith, example)),
    { what: 'with an unknown query', ...base, path: pathWith({}, '?unknown=1&unknown=2') },
    ...(method === 'POST' ? wrongBodies(base, example.body) : []),
  ];
}

/** A name of an example, or one that nothing has. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : 'x-1');

export const queryOf = (query: Readonly<Record<string, unknown>> = {}): string => {
  const pairs = Object.entries(query).map(([name, value]) => [name, String(value)]);
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs).toString()}`;
};

function wrongParameter(
  { name, in: where }: Parameter,
  base: Omit<WireRequest, 'what'>,
  pathWith: (changed: Readonly<Record<string, string>>, query?: string) => string,
  { query = {} }: Example,
): readonly WireRequest[] {
  if (where === 'path')
    return [...wrongTexts.filter((text) => text !== ''), longName].map((text) => ({
      ...base,
      what: `with the name ${text.slice(0, 20)}`,
      path: pathWith({ [name]: text }),
    }));
  const { [name]: _left, ...others } = query;
  return [
    { ...base, what: `without ${name}`, path: pathWith({}, queryOf(others)) },
    ...wrongTexts.map((text) => ({
      ...base,
      what: `with ${name}=${text.slice(0, 20)}`,
      path: pathWith({}, `${queryOf(others) || '?'}&${name}=${text}`),
    })),
  ];
}

function wrongBodies(base: Omit<WireRequest, 'what'>, body: unknown): readonly WireRequest[] {
  const as = (what: string, text: string, headers: Readonly<Record<string, string>> = json): WireRequest => ({
    ...base,
    what,
    headers,
    body: text,
  });
  const fields = typeof body === 'object' && body !== null ? Object.entries(body) : [];
  return [
    { method: base.method, path: base.path, what: 'without a body', headers: {} },
    as('with a broken body', '{"reason":'),
    as('with a text as body', '"text"'),
    as('with a list as body', '[]'),
    as('with another kind of body', 'a,b', { 'content-type': 'text/csv' }),
    as('with a body that says it is huge', '{}', { ...json, 'content-length': '999999999999' }),
    as('with an unknown field', JSON.stringify({ ...Object.fromEntries(fields), unknown: 1 })),
    ...fields.flatMap(([name]) => [
      as(`without ${name}`, JSON.stringify(Object.fromEntries(fields.filter(([other]) => other !== name)))),
      ...wrongValues.map((value) =>
        as(
          `with ${name}: ${JSON.stringify(value).slice(0, 20)}`,
          JSON.stringify({ ...Object.fromEntries(fields), [name]: value }),
        ),
      ),
    ]),
  ];
}
