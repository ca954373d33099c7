import { limitAt } from '../../shared/domain/campaign/server-limits.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import { countIn, statesBy } from '../../shared/domain/outcome/states.ts';
import type { OperatorStore } from '../../shared/store/store.ts';

/**
 * Why a simulation of the campaign alone says nothing of its end: limits of logon servers over all
 * campaigns hold it up; null = they do not. Without such limits one command is sent.
 */
export async function whyCompeting(
  store: OperatorStore,
  { definition }: Campaign,
  counters: Counters,
): Promise<string | null> {
  const { limits } = await store.readServerLimits();
  if (limits.length === 0) return null;
  const limited = new Map(
    unfinishedServers(counters).flatMap((logonServer) => {
      const most = limitAt(limits, logonServer);
      return most === null ? [] : [[logonServer, most] as const];
    }),
  );
  const { perLogonServer } = definition.budgets;
  for (const [logonServer, most] of limited)
    if (most < perLogonServer)
      return `logon server ${logonServer} has at most ${most} clients at work in all campaigns together, and the simulation only knows the campaign's own ${perLogonServer}`;
  for (const { campaign } of await store.campaigns(['running'])) {
    const other = campaign.definition.campaign;
    if (other === definition.campaign) continue;
    const shared = unfinishedServers(await store.counters(other)).find((each) => limited.has(each));
    if (shared !== undefined)
      return `another running campaign takes slots of logon server ${shared}, which has at most ${limited.get(shared)} for all campaigns together; see: servpack campaign list`;
  }
  return null;
}

/** The logon servers of which clients are not finished. */
const unfinishedServers = (counters: Counters): readonly string[] =>
  [...statesBy(counters, 'logonServer')].flatMap(([logonServer, states]) =>
    countIn(states, 'unfinished') > 0 ? [logonServer] : [],
  );
