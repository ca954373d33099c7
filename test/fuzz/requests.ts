import fc from 'fast-check';
import { campaignYaml, fleetCsv } from '../fixtures/small-orchestrator.ts';
import { type Route, routesOf } from '../fixtures/routes.ts';
import { anyText, mutated, nasty } from './texts.ts';

/** One hostile or honest request; everything in it goes over the wire as it stands here. */
export interface Ask {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** Put in place of what only the running orchestrator knows. */
export const tokenMark = '<token>';
export const folderMark = '<folder>';

/** Enough of them that some are left when others were aborted. */
const campaignNames: readonly string[] = ['sp4', 'sp5', 'sp6', 'sp7', 'sp8', 'constructor'];

/** Names of things that are there, that are not, and that no list should be asked for. */
const name = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('sp4', 'sp5', 'pc-1', 'pc-2', 'constructor', 'srv-1', 'plan') },
  { weight: 2, arbitrary: fc.constantFrom(...nasty) },
  { weight: 1, arbitrary: anyText },
);

/** Escaped as a browser does, once too often, or only where HTTP itself would break. */
const escapes: readonly ((text: string) => string)[] = [
  (text) => encodeURIComponent(text.toWellFormed()),
  (text) => encodeURIComponent(encodeURIComponent(text.toWellFormed())),
  (text) => text.replaceAll(/[^\x21-\x7e]/g, '%E0%80'),
  (text) => text.replaceAll(/[^\x21-\x7e]/g, ''),
];
const escaped = fc.tuple(name, fc.constantFrom(...escapes)).map(([text, escape]) => escape(text));

/** Mostly one of what the route is about. */
const nameAt = ({ path }: Route): fc.Arbitrary<string> =>
  fc.oneof(fc.constantFrom(...(path.includes('/clients/') ? ['pc-1', 'pc-2'] : campaignNames)), escaped);

const queryName = fc.oneof(
  fc.constantFrom('limit', 'logonServer', 'label', 'campaign', 'evidence', 'entries'),
  escaped,
);
const queryValue = fc.oneof(
  fc.constantFrom('1', '0', '-1', '1e9', 'true', 'false', 'sp4', 'LS-ROM', ''),
  escaped,
);
const query = fc
  .array(
    fc
      .tuple(queryName, fc.constantFrom('=', '[]=', '[__proto__]=', '==', ''), queryValue)
      .map((parts) => parts.join('')),
    { maxLength: 4 },
  )
  .map((parts) => (parts.length === 0 ? '' : `?${parts.join('&')}`));

/** What each kind of body looks like when it is right. */
const bodies: readonly (readonly [route: RegExp, body: fc.Arbitrary<object>])[] = [
  [
    /\/fleet$/,
    mutatedOrNot(
      [fleetCsv, fleetCsv.replaceAll('pc-', 'toString').replaceAll('LS-ROM', '__proto__')],
      'f.csv',
    ),
  ],
  [
    /\/campaigns(\/plan)?$/,
    mutatedOrNot(
      campaignNames.map((each) => campaignYaml(each)),
      'c.yaml',
    ),
  ],
  [
    /\/releases$/,
    fc
      .constantFrom('release.yaml', 'token', '../..', 'bin', 'nothing', '\0')
      .map((file) => ({ path: `${folderMark}/${file}` })),
  ],
  [/\/revoke$/, fc.record({ reason: anyText, below: fc.integer({ min: -1, max: 9 }) })],
  [
    /\/surveys$/,
    fc.oneof(
      name.map((each) => ({ targets: { from: 'names', names: [each] } })),
      fc.constant({ targets: { from: 'fleet', labels: ['office'] } }),
      fc.record({
        targets: mutatedOrNot([fleetCsv], 'f.csv').map((file) => ({ from: 'file', ...file })),
        product: fc.constantFrom('sms-1.2', 'other'),
        release: fc.constantFrom('sms-sp4', 'other'),
        withinMinutes: fc.constantFrom(1, 0, 1e9),
      }),
    ),
  ],
  [/\/(pause|halt|abort|retry|skip|undo|unmark|withdraw)$/, anyText.map((reason) => ({ reason }))],
  [
    /\/checkin$/,
    fc.oneof(
      fc.constant({}),
      anyText.map((transcript) => ({ transcript })),
    ),
  ],
];

function mutatedOrNot(texts: readonly string[], file: string): fc.Arbitrary<object> {
  return fc.oneof(fc.constantFrom(...texts), mutated(texts)).map((text) => ({ file, text }));
}

const fitting = ({ path }: Route): fc.Arbitrary<string> =>
  (bodies.find(([route]) => route.test(path))?.[1] ?? fc.constant({})).map((body) => JSON.stringify(body));

/** JSON that no schema expects, and texts that are none. */
const odd: fc.Arbitrary<string> = fc.oneof(
  fc.json({ maxDepth: 4 }),
  fc.oneof(...bodies.map(([, body]) => body)).map((body) => JSON.stringify(body)),
  fc
    .tuple(fc.constantFrom('file', 'text', 'path', 'reason', 'transcript'), fc.json())
    .map(([key, value]) => `{"${key}":${value}}`),
  fc
    .constantFrom('__proto__', 'constructor', 'prototype')
    .map((key) => `{"${key}":{"polluted":true},"file":"f","text":"x"}`),
  fc.constant('{"constructor":{"prototype":{"polluted":true}},"reason":"x"}'),
  fc.integer({ min: 10, max: 3_000 }).map((deep) => '[{"a":'.repeat(deep)),
  fc.integer({ min: 10, max: 3_000 }).map((deep) => `${'['.repeat(deep)}${']'.repeat(deep)}`),
  mutated([JSON.stringify({ file: 'c.yaml', text: campaignYaml('sp4') }), '{"reason":"x"}']),
  anyText,
);

/** Around the limits of the routes: 512 KiB, and 1 MiB for campaign files. */
const large = fc
  .tuple(
    fc.constantFrom('text', 'transcript', 'reason', 'path'),
    fc.constantFrom(250_000, 520_000, 1_100_000),
  )
  .map(([key, size]) => JSON.stringify({ file: 'f', [key]: 'x'.repeat(size) }));

const right = { authorization: `Bearer ${tokenMark}`, 'content-type': 'application/json' };
const latin = fc.constantFrom(
  '',
  ' ',
  '\u00e9',
  '%',
  '%00',
  '%0d%0a',
  '"',
  '(',
  '__proto__',
  'x'.repeat(5_000),
);
const headers: fc.Arbitrary<Record<string, string>> = fc.oneof(
  { weight: 12, arbitrary: fc.constant(right) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(
        'text/csv',
        'application/json; charset=utf-16',
        'application/x-www-form-urlencoded',
        'multipart/form-data',
        '/',
        'application/vnd.x+json',
      )
      .map((type) => ({ ...right, 'content-type': type })),
  },
  {
    weight: 1,
    arbitrary: fc
      .oneof(
        fc.constantFrom('', 'Bearer', `bearer ${tokenMark}x`, `Basic ${tokenMark}`, `Bearer ${tokenMark} x`),
        latin,
      )
      .map((authorization) => ({ ...right, authorization })),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        fc.constantFrom(
          'x-servpack-user',
          'accept',
          'accept-encoding',
          'if-none-match',
          'range',
          'x-http-method-override',
          'cookie',
          'origin',
          'x-forwarded-for',
          'expect',
        ),
        latin,
      )
      .map(([header, value]) => ({ ...right, [header]: value })),
  },
);

const at = (route: Route): fc.Arbitrary<Ask> =>
  fc
    .record({
      method: fc.oneof(
        { weight: 15, arbitrary: fc.constant(route.method as string) },
        fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD'),
      ),
      name: nameAt(route),
      query: fc.oneof({ weight: 2, arbitrary: fc.constant('') }, query),
      headers,
      body: fc.oneof(
        { weight: 10, arbitrary: fitting(route) },
        { weight: 8, arbitrary: odd },
        { weight: 2, arbitrary: fc.constant(null) },
        { weight: 2, arbitrary: large },
      ),
    })
    .map(({ name: named, query: asked, body, ...rest }) => ({
      ...rest,
      path: route.path.replace('x-1', () => named) + asked,
      body: rest.method === 'GET' || rest.method === 'HEAD' ? null : body,
    }));

/**
 * Requests to the endpoint for check-ins: mostly with the token, in one of the ways in which it
 * may be sent.
 */
export const anyKnock: fc.Arbitrary<Ask> = fc
  .record({
    method: fc.constantFrom('POST', 'POST', 'GET', 'PUT', 'HEAD', 'DELETE', 'OPTIONS'),
    client: fc.oneof({ weight: 6, arbitrary: fc.constantFrom('pc-1', 'PC-1') }, escaped),
    more: fc.oneof(
      { weight: 6, arbitrary: fc.constant('') },
      query,
      escaped.map((text) => `/${text}`),
    ),
    headers: fc.oneof({ weight: 3, arbitrary: fc.constant(right) }, headers),
    host: fc.option(fc.oneof(latin, fc.constantFrom('10.0.0.7', '127.0.0.1', '::1', 'pc-1.example')), {
      nil: undefined,
    }),
    body: fc.oneof(anyText, odd, large, fc.constant(null)),
  })
  .map(({ method, client, more, headers: given, host, body }) => ({
    method,
    path: `/checkin/${client}${more}`,
    headers: host === undefined ? given : { ...given, 'x-servpack-host': host },
    body: method === 'POST' || method === 'PUT' ? body : null,
  }));

/** Paths that no route has. */
const nowhere = fc
  .tuple(
    fc.constantFrom(
      '/',
      '/v1',
      '/v1/',
      '//v1/fleet',
      '/v1/fleet/',
      '/V1/FLEET',
      '/v1/../v1/health',
      '/v1/%2e%2e/',
    ),
    escaped,
    query,
  )
  .map(([path, more, asked]): Ask => ({
    method: 'GET',
    path: `${path}${more}${asked}`,
    headers: right,
    body: null,
  }));

/** Requests to every route that there is. */
export const anyAsk: fc.Arbitrary<Ask> = fc.oneof(
  ...routesOf().map((route) => ({ weight: 10, arbitrary: at(route) })),
  { weight: 6, arbitrary: nowhere },
);
