import { defaultPriority } from '../../shared/domain/campaign/server-limits.ts';
import type { CampaignDefinition } from '../../shared/domain/campaign/definition.ts';
import type { Pace } from '../../shared/store/admission-store.ts';
import type { Candidate, SlotsInUse } from '../../shared/store/types.ts';
import { dispatchJobs, type LeaderContext } from '../context.ts';
import { type Contender, shareServer, type Turns } from '../domain/share-server.ts';

/** What one campaign wants of the logon servers that have a limit over all campaigns. */
export interface Claim {
  readonly definition: CampaignDefinition;
  readonly inUse: SlotsInUse;
  readonly pace: Pace | undefined;
  /** In the order in which they would be admitted. */
  readonly candidates: readonly Candidate[];
  /** Slots of each logon server that all campaigns together have left. */
  readonly left: ReadonlyMap<string, number>;
}

/** By logon server. The leader remembers them; a new leader begins the turns again. */
export type AllTurns = Map<string, Turns>;

/** Shares the slots of these logon servers out among the campaigns, and admits their clients. */
export async function shareServers(
  context: LeaderContext,
  claims: readonly Claim[],
  turns: AllTurns,
): Promise<void> {
  const chosen = claims.map((claim) => ({ claim, picks: [] as Candidate[] }));
  const servers = new Set(claims.flatMap(({ candidates }) => candidates.map((each) => each.logonServer)));
  for (const server of servers) {
    const at = (claim: Claim) => claim.candidates.filter((each) => each.logonServer === server);
    const contenders = claims.flatMap((claim): Contender[] => {
      const { campaign, priority = defaultPriority } = claim.definition;
      const used = claim.inUse.perLogonServer[server] ?? 0;
      const wants = at(claim).length;
      return wants === 0 ? [] : [{ campaign, priority, used, wants }];
    });
    const left = Math.min(...claims.map((claim) => claim.left.get(server) ?? Infinity));
    const share = shareServer(left, contenders, turns.get(server) ?? new Map());
    turns.set(server, share.turns);
    for (const { claim, picks } of chosen)
      picks.push(...at(claim).slice(0, share.granted.get(claim.definition.campaign) ?? 0));
  }
  const done = await Promise.allSettled(chosen.map(({ claim, picks }) => admitShared(context, claim, picks)));
  const failed = done.find((each) => each.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

async function admitShared(
  context: LeaderContext,
  { definition, pace }: Claim,
  picks: readonly Candidate[],
): Promise<void> {
  if (picks.length === 0) return;
  const { store, clock } = context;
  const admitted = await store.admit(definition.campaign, picks, clock.now(), undefined, pace);
  await dispatchJobs(context, admitted);
}
