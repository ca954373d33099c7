import { countersOf } from '../../shared/domain/upgrade/count-upgrade.ts';
import { waitingCounters } from '../../shared/store/admitted.ts';
import type { Store } from '../../shared/store/store.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import type { SlotsInUse } from '../../shared/store/types.ts';

/**
 * What the campaign's counters must say: summed from every record and every waiting client, not
 * from the counters.
 */
export async function recount(store: Store, campaign: string): Promise<Counters> {
  const sum = new Map<string, number>();
  const add = (counters: Counters): void => {
    for (const [name, by] of Object.entries(counters)) sum.set(name, (sum.get(name) ?? 0) + by);
  };
  for await (const { upgrade } of store.upgrades(campaign)) add(countersOf(upgrade));
  for await (const pick of store.waiting(campaign)) add(waitingCounters([pick]));
  return Object.fromEntries(sum);
}

/** What `slotsInUse` must say: counted from the records that hold slots. */
export async function recountSlots(store: Store, campaign: string): Promise<SlotsInUse> {
  const perLogonServer = new Map<string, number>();
  let active = 0;
  for await (const { holdsSlots, upgrade } of store.upgrades(campaign)) {
    if (!holdsSlots) continue;
    active += 1;
    perLogonServer.set(upgrade.logonServer, (perLogonServer.get(upgrade.logonServer) ?? 0) + 1);
  }
  return { active, perLogonServer: Object.fromEntries(perLogonServer) };
}
