import {
  type FullPlace,
  fullPlace,
  type RestartEntry,
  type RestartPlace,
  restartPlaces,
  restartRules,
  restartTerms,
  type RestartTerms,
} from '../../shared/domain/rules/restart-limits.ts';
import { holdAt } from '../../shared/domain/campaign/hold.ts';
import { restartFault } from '../../shared/store/restart-fault.ts';
import type { RestartCheck, RestartsChecked, RestartStore } from '../../shared/store/restart-store.ts';
import type { Activation } from '../../shared/store/types.ts';
import type { Commit } from '../../shared/store/upgrade-store.ts';
import { makeDue } from './slots.ts';
import {
  type CampaignTable,
  compare,
  heldStatus,
  type Restarts,
  type RestartTurn,
  type Tables,
} from './tables.ts';

const restartsOf = (table: CampaignTable): Restarts =>
  (table.restarts ??= { terms: restartTerms(-1, undefined), entries: new Map() });

export const restartStoreOf = (tables: Tables): RestartStore => ({
  restarts: async (campaign) => {
    const table = tables.campaigns.get(campaign);
    if (table === undefined) return [];
    const held = [...restartsOf(table).entries.values()].filter(({ holds }) => holds);
    return [...held, ...lineOf(table)].map(({ fence: _fence, turn: _turn, ...entry }): RestartEntry => entry);
  },
  checkRestarts: async (asked) => check(tables, asked),
  serveRestarts: async (campaign, terms, at) => {
    const table = tables.campaigns.get(campaign);
    if (table === undefined) return [];
    keepTerms(restartsOf(table), terms);
    takeBackFromHeld(table);
    return serveLine(tables, table, at, null);
  },
});

/** The twin loses nothing by itself; a rebuild puts records back without their slots. */
function check(tables: Tables, { campaign, edition, limits, at }: RestartCheck): RestartsChecked {
  const table = tables.campaigns.get(campaign);
  if (table === undefined) return { findings: [], isRecounted: false, woken: [] };
  const restarts = restartsOf(table);
  keepTerms(restarts, restartTerms(edition, limits));
  const findings: RestartsChecked['findings'][number][] = [];
  const woken: Activation[] = [];
  for (const client of [...table.waiting.keys(), ...table.rows.keys()]) {
    const stored = table.rows.get(client)?.stored ?? null;
    const entry = restarts.entries.get(client) ?? null;
    const found = restartFault(entry, stored, at);
    if (found === null) continue;
    findings.push({ key: { campaign, client }, found });
    if (found === 'restartNotNeeded') woken.push(...leaveRestarts(tables, table, client, null, at));
    if (found === 'restartNotWoken') woken.push(...wake(table, [client], at));
    if (found !== 'restartNotCounted' && found !== 'restartNotInLine') continue;
    const rules = restartRules(edition, limits, tables.fleet.get(client)?.labels ?? []);
    const logonServer = stored?.upgrade.logonServer ?? '';
    const places = restartPlaces(rules, logonServer);
    const holds = found === 'restartNotCounted';
    const since = (holds ? stored?.upgrade.memory.open.restart?.orderedAt : undefined) ?? at;
    const fence = entry?.fence ?? 0;
    const turn = holds ? {} : { turn: entry?.turn ?? nextTurn(table, at) };
    restarts.entries.set(client, { client, places, logonServer, since, holds, fence, ...turn });
    if (!holds) woken.push(...serveLine(tables, table, at, null));
  }
  return { findings, isRecounted: false, woken };
}

type Asked = Extract<Commit['restart'], { needs: 'slot' | 'turn' }>;

function keepTerms(restarts: Restarts, terms: RestartTerms): void {
  if (terms.edition > restarts.terms.edition) restarts.terms = terms;
}

/** Takes the slots of a restart; else the place that has no room. */
export function takeRestart(
  table: CampaignTable,
  { key: { client }, upgrade: { logonServer }, fence: { counter: fence }, at }: Commit,
  { terms, places }: Asked,
): FullPlace | null {
  const restarts = restartsOf(table);
  keepTerms(restarts, terms);
  const { entries } = restarts;
  const known = entries.get(client);
  if (known?.holds === true) {
    const { turn: _turn, ...kept } = known;
    entries.set(client, { ...kept, fence });
    return null;
  }
  const oldest = servable(table)[0];
  const kept = oldest === undefined || oldest.client === client ? [] : oldest.places;
  const full = fullPlace(restarts.terms, places, usedWith(restarts, kept));
  if (full === null) entries.set(client, { client, places, logonServer, since: at, holds: true, fence });
  return full;
}

/** Puts a client into the line, and serves the line. */
export function joinLine(
  tables: Tables,
  table: CampaignTable,
  { key: { client }, upgrade: { logonServer }, fence: { counter: fence }, at }: Commit,
  { terms, places }: Asked,
): readonly Activation[] {
  const restarts = restartsOf(table);
  keepTerms(restarts, terms);
  const known = restarts.entries.get(client);
  if (known?.holds === true) {
    restarts.entries.set(client, { ...known, fence });
    return wake(table, [client], at);
  }
  const since = known?.since ?? at;
  const turn = known?.turn ?? nextTurn(table, at);
  restarts.entries.set(client, { client, places, logonServer, since, holds: false, fence, turn });
  return serveLine(tables, table, at, places);
}

/** @param fence of the driver; null = of any driver */
export function leaveRestarts(
  tables: Tables,
  table: CampaignTable,
  client: string,
  fence: number | null,
  at: number,
): readonly Activation[] {
  const known = table.restarts?.entries.get(client);
  if (known === undefined || (fence !== null && known.fence > fence)) return [];
  table.restarts?.entries.delete(client);
  return serveLine(tables, table, at, known.places);
}

const lineOf = (table: CampaignTable): readonly RestartTurn[] =>
  [...restartsOf(table).entries.values()]
    .filter(({ holds }) => !holds)
    .sort((a, b) => (a.turn ?? 0) - (b.turn ?? 0) || compare(a.client, b.client));

const nextTurn = (table: CampaignTable, at: number): number =>
  Math.max(at, (lineOf(table).at(-1)?.turn ?? -1) + 1);

const servable = (table: CampaignTable) =>
  lineOf(table).filter(({ logonServer }) => holdAt(table.record.campaign, logonServer) === null);

/** A client that has got a slot cannot come for it while its logon server is held. */
function takeBackFromHeld(table: CampaignTable): void {
  const { entries } = restartsOf(table);
  for (const [client, entry] of entries)
    if (entry.holds && entry.turn !== undefined && holdAt(table.record.campaign, entry.logonServer) !== null)
      entries.set(client, { ...entry, holds: false });
}

/** @param freed only these places have got room; null = any may have */
function serveLine(
  tables: Tables,
  table: CampaignTable,
  at: number,
  freed: readonly RestartPlace[] | null,
): readonly Activation[] {
  if (heldStatus(tables, table) !== 'running') return [];
  const restarts = restartsOf(table);
  const served: string[] = [];
  let kept: readonly RestartPlace[] | null = null;
  const concerns = ({ places }: RestartEntry): boolean =>
    freed === null || places.some(({ name }) => freed.some((place) => place.name === name));
  for (const entry of servable(table)) {
    if (kept !== null && !concerns(entry)) continue;
    if (fullPlace(restarts.terms, entry.places, usedWith(restarts, kept ?? [])) !== null) {
      kept ??= entry.places;
      continue;
    }
    restarts.entries.set(entry.client, { ...entry, holds: true, since: at });
    served.push(entry.client);
  }
  return wake(table, served, at);
}

/** Slots in use by place; one more where a slot is kept free. */
function usedWith({ entries }: Restarts, kept: readonly RestartPlace[]): ReadonlyMap<string, number> {
  const used = new Map<string, number>();
  const add = (places: readonly RestartPlace[]): void => {
    for (const { name } of places) used.set(name, (used.get(name) ?? 0) + 1);
  };
  for (const { holds, places } of entries.values()) if (holds) add(places);
  add(kept);
  return used;
}

const wake = (table: CampaignTable, clients: readonly string[], at: number): readonly Activation[] =>
  clients.flatMap((client) => {
    const row = table.rows.get(client);
    if (row === undefined || row.stored.index !== 'due' || (row.stored.dueAt ?? 0) <= at) return [];
    return [makeDue(row, at, row.stored.holdsSlots)];
  });
