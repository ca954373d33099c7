import { isFinishing, queueOf } from '../../shared/domain/upgrade/placement.ts';
import { countersOf } from '../../shared/domain/upgrade/count-upgrade.ts';
import { waitingCounters } from '../../shared/store/admitted.ts';
import type { PutBackUpgrade, RebuildStore } from '../../shared/store/rebuild-store.ts';
import { addAudit } from './sealing.ts';
import { type CampaignTable, count, type Tables } from './tables.ts';
import { difference } from '../../shared/domain/outcome/counters.ts';

export const rebuildingOf = (tables: Tables): RebuildStore => ({
  isEmpty: async () =>
    tables.campaigns.size + tables.fleet.size + tables.releases.size === 0 && tables.entries === 0,
  putBackSeal: async (_shard, head) => {
    tables.seals.state = { head, written: head.number };
    tables.entries = Math.max(tables.entries, Number(head.last.split('-')[0]));
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
