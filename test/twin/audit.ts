import { compareIds, whyNoId } from '../../orchestrator/audit/format/entry-id.ts';
import { difference } from '../../shared/domain/outcome/counters.ts';
import { countersOf } from '../../shared/domain/upgrade/count-upgrade.ts';
import { isFinishing, queueOf } from '../../shared/domain/upgrade/placement.ts';
import { capped, evidenceBytesAtMost } from '../../shared/evidence.ts';
import { waitingCounters } from '../../shared/store/admitted.ts';
import { auditReadAtMost, type AuditStore } from '../../shared/store/audit-store.ts';
import type { PutBackUpgrade, RebuildStore } from '../../shared/store/rebuild-store.ts';
import type { KeptEntry, SealStore } from '../../shared/store/seal-store.ts';
import type { AuditEntry, Evidence } from '../../shared/store/types.ts';
import { servpackVersion } from '../../shared/version.ts';
import { addChange } from './changes.ts';
import { type CampaignTable, count, rowOf, type Tables } from './tables.ts';

/** Adds an entry under the next id. */
export function addAudit(
  tables: Tables,
  entry: AuditEntry | null,
  version: number | null,
  evidence: readonly Evidence[] = [],
): void {
  if (entry === null) return;
  const hashes = new Set(evidence.map(({ sha256 }) => sha256));
  hashes.delete(entry.evidence ?? '');
  tables.entries += 1;
  const id = `${tables.entries}-0`;
  tables.audit.push({ ...entry, id, version, servpack: servpackVersion, beside: [...hashes] });
  addChange(tables, { campaign: entry.campaign, of: entry.client === null ? 'campaign' : 'client' }, true);
}

export function keepEvidence(tables: Tables, all: readonly Evidence[]): void {
  for (const { sha256, text } of all) {
    if (!tables.evidence.has(sha256)) tables.evidence.set(sha256, capped(text, evidenceBytesAtMost));
  }
}

export const auditStoreOf = (tables: Tables): AuditStore => ({
  readEvidence: async (sha256) => tables.evidence.get(sha256) ?? null,
  audit: async (limit, { above = [], ...filter } = {}) => {
    const [last = '0-0'] = above;
    const asked = tables.audit.filter(({ id }) => compareIds(id, last) > 0);
    return newestFirst(asked.slice(-auditReadAtMost).map(plainEntry), limit, filter);
  },
  shards: async () => 1,
  readSeal: async () => tables.seals.state,
  auditAfter: async (_shard, after, limit) =>
    tables.audit.filter(({ id }) => compareIds(id, after) > 0).slice(0, limit),
  auditBefore: async (_shard, before, limit) =>
    tables.audit
      .filter(({ id }) => before === null || compareIds(id, before) < 0)
      .toReversed()
      .slice(0, limit),
});

const plainEntry = ({ id: _i, version: _v, servpack: _s, beside: _b, ...entry }: KeptEntry): AuditEntry =>
  entry;

const newestFirst = (
  entries: readonly AuditEntry[],
  limit: number,
  { campaign, client }: { readonly campaign?: string; readonly client?: string },
): readonly AuditEntry[] =>
  entries
    .toReversed()
    .filter((entry) => campaign === undefined || entry.campaign === campaign)
    .filter((entry) => client === undefined || entry.client === client)
    .slice(0, limit);

export const sealStoreOf = (tables: Tables): SealStore => ({
  entriesToSeal: (shard, after, limit) => auditStoreOf(tables).auditAfter(shard, after, limit),
  moveSeal: async (_shard, before, next) => {
    const { head, written } = tables.seals.state;
    const isSame = head?.number === before?.number && head?.head === before?.head;
    const isReplaced = next.number === (head?.number ?? 0);
    if (!isSame || isReplaced !== (written !== (head?.number ?? 0))) return false;
    if (whyNoId(next.last, Date.now()) !== null) return false;
    tables.seals.state = { head: next, written };
    return true;
  },
  readUpgrades: async (_shard, asked) => asked.map((key) => rowOf(tables, key)?.stored ?? null),
  begunRemediations: async (campaign, since) =>
    new Map(
      (tables.campaigns.get(campaign)?.remediations ?? [])
        .filter(({ at }) => at >= since)
        .map(({ name, at }) => [name, at]),
    ),
  unwrittenEvidence: async (_shard, sha256s) =>
    sha256s
      .filter((sha256) => !tables.seals.written.has(sha256))
      .flatMap((sha256) => {
        const text = tables.evidence.get(sha256);
        return text === undefined ? [] : [{ sha256, text }];
      }),
  markWritten: async (_shard, block, sha256s) => {
    for (const sha256 of sha256s) tables.seals.written.add(sha256);
    const { head } = tables.seals.state;
    if (head?.number === block.number && head.head === block.head)
      tables.seals.state = { head, written: block.number };
  },
  trimAudit: async (_shard, keep) => trim(tables, keep),
  // A memory forgets nothing of its chain.
  redisRun: async () => ({ isSame: tables.seals.state.head !== null, now: Date.now() }),
});

function trim({ audit, seals }: Tables, keep: number): number {
  const { head, written } = seals.state;
  if (head === null) return 0;
  const safe = written === head.number ? head.last : head.after;
  const removable = audit.filter(({ id }) => compareIds(id, safe) <= 0).length;
  return audit.splice(0, Math.max(0, Math.min(audit.length - keep, removable))).length;
}

export const rebuildStoreOf = (tables: Tables): RebuildStore => ({
  isEmpty: async () =>
    tables.campaigns.size + tables.fleet.size + tables.releases.size === 0 && tables.entries === 0,
  dropJobs: async () => undefined,
  putBackSeal: async (_shard, head) => {
    if (whyNoId(head.last, Date.now()) !== null) return false;
    tables.seals.state = { head, written: head.number };
    tables.entries = Math.max(tables.entries, Number(head.last.split('-')[0]));
    return true;
  },
  putBackFormer: async (client, campaigns) => void tables.former.set(client, campaigns),
  putBackLife: async (campaign, life) => void tables.lives.set(campaign, life),
  putBackRemediations: async (campaign, begun) => {
    const table = tables.campaigns.get(campaign);
    if (table === undefined) return;
    const known = new Set(table.remediations?.map(({ name }) => name));
    table.remediations = [...(table.remediations ?? []), ...begun.filter(({ name }) => !known.has(name))];
  },
  putBackUpgrades: async (campaign, upgrades, at) => {
    const table = tables.campaigns.get(campaign);
    if (table === undefined) return;
    for (const each of upgrades) putBack(tables, table, each, at);
  },
});

function putBack(
  tables: Tables,
  table: CampaignTable,
  { key, version, activation, upgrade, audit }: PutBackUpgrade,
  at: number,
): void {
  const pick = table.waiting.get(key.client);
  if (pick === undefined) return;
  const isSettled = upgrade.state.phase === 'settled';
  table.waiting.delete(key.client);
  count(table.counters, difference(waitingCounters([pick]), countersOf(upgrade)));
  if (!isSettled) tables.claims.set(key.client, key.campaign);
  const stored = {
    key,
    version,
    upgrade,
    index: isSettled ? ('settled' as const) : ('parked' as const),
    dueAt: null,
    queue: queueOf(upgrade),
    activation,
    holdsSlots: false,
    finishing: isFinishing(upgrade),
    crashes: 0,
    lease: null,
    inbox: [],
  };
  table.rows.set(key.client, { stored, parkedAt: at });
  addAudit(tables, audit, version);
}
