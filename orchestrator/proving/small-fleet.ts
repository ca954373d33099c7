import { bareServer } from '../../shared/domain/observation/logon-server.ts';
import { columnOf, fitting, labelOf, printWhere } from '../../shared/domain/campaign/where.ts';
import type {
  CampaignDefinition,
  Client,
  Condition,
  Where,
} from '../../shared/domain/campaign/definition.ts';
import { excluding, fulfilling } from '../domain/criterion.ts';
import { sharing } from '../domain/share.ts';
import { selecting } from '../domain/plan-waves.ts';
import { groupOf } from './properties.ts';

/** Something in the file that holds for some clients only. */
interface Selector {
  readonly says: string;
  readonly holds: (client: Client) => boolean;
}

/** The clients of a proof, and the selectors that have no client inside or none outside. */
export interface SmallFleet {
  readonly clients: readonly Client[];
  readonly uncovered: readonly string[];
}

/** So many clients and sets of labels are made up, of which the few are chosen. */
const candidatesAtMost = 20_000;
const labelSetsAtMost = 100;

/**
 * A few clients on two logon servers, so that every selector of the file has one inside and one
 * outside where that is possible. All are in the campaign; all but one have the same logon server,
 * and belong to the same part of the fleet.
 * @param per the label or column by which a property counts clients; null = none does
 */
export function smallFleet(definition: CampaignDefinition, count: number, per: string | null): SmallFleet {
  const selectors = selectorsOf(definition);
  const isIn = selecting(definition.select);
  const isOut = excluding(definition.select.exclude ?? []);
  const candidates = candidatesOf(definition, per).filter((client) => isIn(client) && isOut(client) === null);
  const chosen: Client[] = [];
  const groupIn = (client: Client): string => (per === null ? client.logonServer : groupOf(per, client));
  for (let place = 0; place < count; place += 1) {
    const [first] = chosen;
    const isOther = place === count - 1;
    const free = candidates.filter((each) => chosen.every(({ client }) => client !== each.client));
    const wanted =
      first === undefined
        ? free
        : free.filter((each) =>
            isOther
              ? each.logonServer !== first.logonServer && groupIn(each) !== groupIn(first)
              : each.logonServer === first.logonServer && groupIn(each) === groupIn(first),
          );
    const next = best(wanted.length > 0 ? wanted : free, chosen, selectors);
    if (next !== undefined) chosen.push(next);
  }
  const uncovered = selectors.flatMap(({ says, holds }) => {
    const inside = chosen.filter((client) => holds(client)).length;
    if (inside === 0) return [`${says} has no client inside`];
    return inside === chosen.length ? [`${says} has no client outside`] : [];
  });
  return { clients: definition.select.share === undefined ? named(chosen, per) : chosen, uncovered };
}

/** The candidate with which most selectors have a client inside and one outside. */
function best(
  candidates: readonly Client[],
  chosen: readonly Client[],
  selectors: readonly Selector[],
): Client | undefined {
  let [found, most] = [candidates[0], -1];
  for (const candidate of candidates) {
    const all = [...chosen, candidate];
    const sides = selectors.map(({ holds }) => new Set(all.map((client) => holds(client))).size);
    const covered = sides.reduce((sum, each) => sum + each, 0);
    if (covered > most) [found, most] = [candidate, covered];
  }
  return found;
}

const where = (conditions: Where): Selector => ({
  says: `where: ${printWhere(conditions)}`,
  holds: fitting(conditions),
});

function selectorsOf({ policy, calendar, waves }: CampaignDefinition): readonly Selector[] {
  const scoped = [
    ...(calendar?.windows ?? []),
    ...(calendar?.blackouts ?? []),
    ...(policy.ladders ?? []),
    ...(policy.persistences ?? []),
  ];
  const ofWaves = waves.flatMap(({ name, size }): readonly Selector[] =>
    'where' in size || 'clients' in size || 'logonServers' in size
      ? [{ says: `wave ${name}`, holds: fulfilling(size) }]
      : [],
  );
  return [...scoped.flatMap((each) => (each.where === undefined ? [] : [where(each.where)])), ...ofWaves];
}

function conditionsOf(definition: CampaignDefinition): readonly Condition[] {
  const { policy, calendar, waves, select } = definition;
  const scoped = [
    ...(calendar?.windows ?? []),
    ...(calendar?.blackouts ?? []),
    ...(policy.ladders ?? []),
    ...(policy.persistences ?? []),
    ...waves.flatMap(({ size }) => ('where' in size ? [size] : [])),
    ...(select.exclude ?? []).flatMap((each) => ('where' in each ? [each] : [])),
    { where: select.where },
  ];
  return scoped.flatMap((each) => each.where ?? []);
}

const twoServers = ['LS-PUN', 'LS-ROM'] as const;

/** Clients with every combination of what the file names. */
function candidatesOf(definition: CampaignDefinition, per: string | null): readonly Client[] {
  const { select, waves } = definition;
  const conditions = conditionsOf(definition);
  const valuesOf = (column: string): readonly string[] =>
    conditions.flatMap((each) => (columnOf(each.key)?.key === column && 'values' in each ? each.values : []));
  const ofWaves = waves.map(({ size }) => size);
  const servers = [
    ...select.logonServers,
    ...valuesOf('logonServer').map(bareServer),
    ...ofWaves.flatMap((size) => ('logonServers' in size ? size.logonServers : [])),
    ...twoServers,
  ];
  const ids = [
    ...select.clients,
    ...valuesOf('client'),
    ...ofWaves.flatMap((size) => ('clients' in size ? size.clients : [])),
  ];
  const zones = [...new Set([...valuesOf('zone'), 'UTC'])];
  // Whether a client belongs to a share follows from its name.
  const more = Array.from({ length: select.share === undefined ? 8 : 400 }, (_, at) => `pc-${at + 1}`);
  const names = select.clients.length > 0 ? select.clients : [...new Set([...ids, ...more])];
  const isInShare = select.share === undefined ? () => true : sharing(select.share);
  const able = names.filter((client) => isInShare({ client })).slice(0, ids.length + more.length);
  const found: Client[] = [];
  for (const logonServer of [...new Set(servers)].slice(0, 4))
    for (const zone of zones.slice(0, 3))
      for (const labels of labelSets(definition, conditions, per))
        for (const client of able)
          found.push({ client, host: client, logonServer, zone, role: 'workstation', labels });
  return found.slice(0, candidatesAtMost);
}

/** Sets of labels: each key with each of its values, or without. */
function labelSets(
  { select }: CampaignDefinition,
  conditions: readonly Condition[],
  per: string | null,
): readonly (readonly string[])[] {
  const byKey = new Map<string, Set<string>>();
  const add = (key: string, label: string): void => {
    byKey.set(key, (byKey.get(key) ?? new Set<string>()).add(label));
  };
  for (const condition of conditions) {
    if (columnOf(condition.key) !== undefined && condition.key.toLowerCase() !== 'labels') continue;
    const isLabels = condition.key.toLowerCase() === 'labels';
    const values = 'values' in condition ? condition.values : [];
    if (values.length === 0) add(condition.key, condition.key);
    for (const value of values)
      add(isLabels ? value : condition.key, isLabels ? value : labelOf(condition.key, value));
  }
  if (per !== null && columnOf(per) === undefined && (byKey.get(per)?.size ?? 0) < 2)
    for (const site of ['pun', 'rom']) add(per, labelOf(per, site));
  let sets: (readonly string[])[] = [select.labels];
  for (const [key, labels] of byKey) {
    const must = key === per ? [] : [[] as readonly string[]];
    const options = [...must, ...[...labels].map((label) => [label])];
    sets = sets.flatMap((set) => options.map((option) => [...set, ...option])).slice(0, labelSetsAtMost);
  }
  return sets;
}

/** Clients without a name of the file are called after their part of the fleet: `pun-1`. */
function named(clients: readonly Client[], per: string | null): readonly Client[] {
  const counts = new Map<string, number>();
  return clients.map((each) => {
    if (!/^pc-\d+$/.test(each.client)) return each;
    const group = per === null ? '' : groupOf(per, each);
    const site = (group === '' || /[^A-Za-z0-9-]/.test(group) ? each.logonServer : group)
      .toLowerCase()
      .replace(/^ls-/, '');
    const number = (counts.get(site) ?? 0) + 1;
    counts.set(site, number);
    return { ...each, client: `${site}-${number}`, host: `${site}-${number}` };
  });
}
