import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import { type CampaignEdition, editionHead } from '../../shared/domain/campaign/edition.ts';
import type { Halt } from '../../shared/domain/campaign/halt.ts';
import { err, fault, type Fault, ok, type Result } from '../../shared/errors.ts';
import { waitingCounters } from '../../shared/store/admitted.ts';
import type { CampaignStore, Overlap } from '../../shared/store/campaign-store.ts';
import { reasons } from '../../shared/store/reasons.ts';
import type {
  AuditEntry,
  CampaignConditions,
  CampaignRecord,
  WaitingClient,
} from '../../shared/store/types.ts';
import type { Client } from '../../shared/domain/campaign/definition.ts';
import { addAudit } from './audit.ts';
import { changing, countMembers, makeSteps } from './change-members.ts';
import { countFacts } from './facts.ts';
import type { FactCounts } from '../../shared/domain/outcome/facts.ts';
import { twinOf } from './fleet.ts';
import { isDeposed } from './leader.ts';
import { slotsInUse, slotsOverAll } from './slots.ts';
import { byCreation, type CampaignTable, statusOf, type Tables } from './tables.ts';

export function campaignStoreOf(tables: Tables): CampaignStore {
  const from = <T>(campaign: string, read: (table: CampaignTable) => T, none: T): T => {
    const table = tables.campaigns.get(campaign);
    return table === undefined ? none : read(table);
  };
  return {
    createCampaign: async (campaign, clients, audit, version, removals, editions = []) =>
      removals === undefined || removals === tables.removals
        ? createCampaign(tables, campaign, clients, audit, version, editions)
        : err(fault('campaign.fleetChanged', reasons.fleetChanged)),
    readCampaign: async (campaign) => from(campaign, ({ record }) => record, null),
    editions: async (campaign) => from(campaign, editionsOf, []),
    editionHeads: async (campaign, only) =>
      from(campaign, editionsOf, [])
        .filter(({ edition }) => only === undefined || edition === only)
        .map(editionHead),
    hasCampaign: async (campaign) => tables.campaigns.has(campaign),
    campaignNames: async () => [...tables.campaigns.keys()].sort(),
    campaigns: async (statuses) =>
      [...tables.campaigns.values()]
        .filter((table) => statuses === undefined || statuses.some((status) => status === statusOf(table)))
        .map(({ record }) => record)
        .sort(byCreation),
    commitCampaign: async (next, version, audit, conditions) =>
      commitCampaign(tables, next, version, audit, conditions),
    changeMembers: async (next, version, audit, steps, conditions) => {
      if (next.memberChange !== undefined) return null;
      const begun = commitCampaign(tables, changing(next, version, audit, steps), version, audit, conditions);
      return begun === null
        ? null
        : from(next.definition.campaign, (table) => makeSteps(tables, table, steps, audit), null);
    },
    endMemberChange: async (campaign) =>
      from(
        campaign,
        (table) => (table.record.campaign.memberChange === undefined ? null : countMembers(tables, table)),
        null,
      ),
    repairReplicas: async () => [],
    readHalt: async () => tables.halt,
    commitHalt: async (halt, version, audit) => commitHalt(tables, halt, version, audit),
    readServerLimits: async () => tables.limits,
    commitServerLimits: async (next, audit) => {
      if (tables.limits.version !== next.version) return false;
      tables.limits = { ...next, version: next.version + 1 };
      addAudit(tables, audit, next.version + 1);
      return true;
    },
    slotsInAll: async () => slotsOverAll(tables),
    starts: async () => tables.starts,
    counters: async (campaign) => from(campaign, ({ counters }) => Object.fromEntries(counters), {}),
    countFacts: async (campaign, since) =>
      from<readonly FactCounts[]>(
        campaign,
        (table) => countFacts(table, since),
        since.map(() => ({ kinds: {}, causes: {} })),
      ),
    overlap: async (campaign, limit) => {
      const table = tables.campaigns.get(campaign);
      const { same, twins } = overlapOf(tables, campaign, [
        ...(table?.waiting.keys() ?? []),
        ...(table?.rows.keys() ?? []),
      ]);
      return (same.length > 0 ? same : twins).slice(0, limit);
    },
    overlapWith: async (campaign, clients) => {
      const { same, twins } = overlapOf(tables, campaign, clients);
      return [...same, ...twins];
    },
    recentStarts: async (campaign) => from(campaign, ({ starts }) => starts, []),
    slotsInUse: async (campaign) => from(campaign, slotsInUse, { active: 0, perLogonServer: {} }),
  };
}

function createCampaign(
  tables: Tables,
  campaign: Campaign,
  clients: readonly WaitingClient[],
  audit: AuditEntry,
  version = 1,
  editions: readonly CampaignEdition[] = [],
): Result<CampaignRecord, Fault> {
  const name = campaign.definition.campaign;
  const isTaken = [...tables.campaigns.keys()].some((each) => each.toLowerCase() === name.toLowerCase());
  if (tables.campaigns.has(name) || (isTaken && version === 1))
    return err(fault('campaign.taken', reasons.campaignTaken(name)));
  const life = Math.max(campaign.life ?? 0, tables.lives.get(name)?.lives ?? 0);
  const record = { version, campaign: life === 0 ? campaign : { ...campaign, life } };
  tables.campaigns.set(name, {
    record,
    waiting: new Map(clients.map((pick) => [pick.client, pick])),
    rows: new Map(),
    counters: new Map(Object.entries(waitingCounters(clients))),
    slots: new Map(),
    facts: new Map(),
    editions: new Map(editions.map((each) => [each.edition, each])),
    starts: [],
  });
  addAudit(tables, audit, version);
  return ok(record);
}

function commitCampaign(
  tables: Tables,
  next: Campaign,
  version: number,
  audit: AuditEntry,
  { leader, starts, edition }: CampaignConditions = {},
): CampaignRecord | null {
  if (isDeposed(tables, leader)) return null;
  const table = tables.campaigns.get(next.definition.campaign);
  if (table?.record.version !== version) return null;
  if (starts !== undefined && starts !== tables.starts) return null;
  // A paused campaign counts as running: every look for overlaps has seen it.
  const wasAtWork = statusOf(table) === 'running' || statusOf(table) === 'paused';
  if (next.state.status === 'running' && !wasAtWork) tables.starts += 1;
  table.record = { version: version + 1, campaign: next };
  if (edition !== undefined) table.editions.set(edition.edition, edition);
  addAudit(tables, audit, version + 1);
  return table.record;
}

const editionsOf = ({ editions }: CampaignTable): readonly CampaignEdition[] =>
  [...editions.values()].sort((a, b) => a.edition - b.edition);

function overlapOf(tables: Tables, campaign: string, clients: readonly string[]) {
  const others = [...tables.campaigns].filter(
    ([name, other]) => name !== campaign && ['running', 'paused'].includes(statusOf(other)),
  );
  const wantedBy = (client: string): readonly string[] =>
    others
      .filter(([name, other]) => other.waiting.has(client) || tables.claims.get(client) === name)
      .map(([name]) => name);
  const twinsOf = (client: string): readonly string[] =>
    [...tables.fleet.values()]
      .filter((other) => isTwin(tables.fleet.get(client), other))
      .map((other) => other.client);
  const same = clients.flatMap((client) =>
    wantedBy(client).map((name): Overlap => ({ client, campaign: name })),
  );
  const twins = clients.flatMap((client) =>
    twinsOf(client).flatMap((twin) =>
      wantedBy(twin).map((name): Overlap => ({ client, campaign: name, twin })),
    ),
  );
  return { same, twins };
}

const isTwin = (own: Client | undefined, other: Client): boolean =>
  own !== undefined && own.client !== other.client && twinOf(own, other) !== null;

function commitHalt(tables: Tables, halt: Halt | null, version: number, audit: AuditEntry): boolean {
  if (tables.halt.version !== version) return false;
  tables.halt = { version: version + 1, halt };
  addAudit(tables, audit, version + 1);
  return true;
}
