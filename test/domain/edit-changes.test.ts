import { expect, test } from 'vitest';
import { parseCampaign } from '../../orchestrator/input/campaign-file.ts';
import { editChanges } from '../../orchestrator/views/edit-words.ts';
import type { CampaignDefinition } from '../../shared/domain/campaign/definition.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';

/** A campaign file with a value for every key that holds a number, a time or a name. */
const text = `
campaign: sp4
release: sms-sp4
startAt: "2026-12-01 18:00 Europe/Rome"
endAt: "2026-12-20 18:00 Europe/Rome"
atEnd: force
hooks:
  beforeCampaign: { run: [ask, first], timeout: 5m, retryAfter: 6m }
  beforeWave: { run: [ask, wave], timeout: 7m, retryAfter: 8m }
  beforeClient: { run: [ask, client], timeout: 9m, retryAfter: 10m }
  afterClient: { run: [close], timeout: 11m, retryAfter: 12m }
seed: one
select:
  where: "office"
  percent: 40 %
  seed: two
  clients: [pc-1, pc-2, pc-3, pc-4, pc-5, pc-6, pc-7, pc-8, pc-10, pc-11, pc-12]
  exclude: [{ clients: [pc-9], reason: cash desk }]
waves:
  - name: canary
    count: 5
    gate:
      { settled: 80 %, failures: 10 %, minSample: 3, soak: 2h, approval: true, health: { watch: 3h, failures: 5 % } }
  - { name: early, percent: 30 %, gate: { settled: 81 %, failures: 11 %, minSample: 4 } }
  - { name: rest, rest: true, gate: { settled: 82 %, failures: 12 % } }
budgets:
  active: 100
  perLogonServer: 25
  maxDownloads: 7
  remediations: { perHour: 20, perWave: 30 }
  restarts: { perLogonServer: 3, perLabel: { site: 4 } }
  logonServers: { LS-PUN: { maxDownloads: 5 } }
speed: { ramp: "from 20/min, x1.5 per 500 upgraded, at most 400/min" }
priority: 40
deferrals:
  service: { first: 1h, factor: 2, budget: 9 }
  load: { first: 2h, budget: 8 }
persistence:
  - { where: office, class: service, looks: 3, after: 5h, restarts: 2, minGap: 1h }
  - { looks: 4, after: 6h, restarts: 3, minGap: 2h }
ladder:
  - { where: office, class: service, steps: [wait, workaround] }
  - { steps: [wait, notify, relocation] }
restart: { allowed: nobodyLoggedOn, between: "01:00-05:00", deadline: 5h, lookEvery: 6m }
windows:
  - { days: [fri], between: "22:00-05:00" }
  - { rule: "FREQ=MONTHLY;BYDAY=2TU", between: "21:00-04:00", where: office }
blackouts:
  - { from: 2026-12-20, to: 2027-01-03, reason: year end }
fit: { restart: 20m, relocation: 30m }
notice: 15m
approvals:
  - { wave: rest, expires: 24h, onExpiry: pause, by: another }
  - { each: workaround, expires: 3d }
stop:
  - { on: failed, percent: 10 %, minSample: 20, within: 60m, do: pause }
  - { sameCause: 5, on: failed, within: 30m, do: abort }
`;

type Path = readonly (string | number)[];

/** Every number and every name of a definition, by its place. Hours of a restart hold every day. */
function valuesIn(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value === 'number' || isName(path)) return path.includes('days') ? [] : [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    valuesIn(inner, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

const isName = (path: Path): boolean =>
  ['reason', 'seed', 'release'].includes(String(path.at(-1))) ||
  path.at(-2) === 'run' ||
  path.at(-2) === 'clients';

const minute = 60_000;

/** The same definition with another value at each of these places. */
function changedAt(definition: CampaignDefinition, places: readonly Path[]): CampaignDefinition {
  const copy = structuredClone(definition);
  for (const place of places) {
    const holder = place.slice(0, -1).reduce<unknown>((inner, key) => Reflect.get(Object(inner), key), copy);
    const key = place.at(-1) ?? '';
    const value: unknown = Reflect.get(Object(holder), key);
    const number = Number(value);
    const other = number >= minute ? number + 7 * minute : number + 1;
    Reflect.set(Object(holder), key, typeof value === 'string' ? `${value}x` : other);
  }
  return copy;
}

const definition = unwrapped(parseCampaign(text, 'c.yaml'));
const places = valuesIn(definition);
const said = (...changed: readonly Path[]): string =>
  JSON.stringify(editChanges(definition, changedAt(definition, changed)));

test('an edit names each value of a campaign file that it changes', () => {
  expect(places.length).toBeGreaterThan(60);
  expect(places.filter((place) => said(place) === '[]').map((place) => place.join('.'))).toEqual([]);
});

/** The section of the file: one sentence never speaks of two of them. */
const sectionOf = ([first = '', second = '']: Path): string =>
  first === 'policy' ? String(second).replace(/s$/u, '') : String(first);

test('an edit that changes two values names both', () => {
  const alone = new Map(places.map((place) => [place, said(place)]));
  const hidden = places.flatMap((one, at) =>
    places.slice(at + 1).flatMap((other) => {
      if (sectionOf(one) !== sectionOf(other)) return [];
      const both = said(one, other);
      return both === alone.get(one) || both === alone.get(other)
        ? [`${one.join('.')} and ${other.join('.')}`]
        : [];
    }),
  );
  expect(hidden).toEqual([]);
});
