import { isFinished, isUpToDate } from '../../shared/domain/outcome/ending.ts';
import { type DeferralClass, deferralClasses } from '../../shared/domain/rules/policy.ts';
import { backoff } from '../../shared/domain/rules/backoff.ts';
import type { CampaignDefinition } from '../../shared/domain/campaign/definition.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import { hasHabit } from './spell.ts';
import { isBefore, stageOf, stageReached } from './stage.ts';

/** What a campaign has shown of its clients so far: shares are numbers from 0 to 1. */
export interface Figures {
  /** Clients that a look has reached. */
  readonly looked: number;
  /** Clients that are finished: no cancelled one is. */
  readonly settled: number;
  readonly waits: Readonly<Record<DeferralClass, WaitFigures>>;
  /** Of clients that were looked at. */
  readonly alreadyCurrent: number;
  readonly excluded: number;
  /** Of clients that were looked at: a service is in the way that the product profile relocates. */
  readonly blockedByService: number;
  /** Of relocations that have ended. */
  readonly relocationFails: number;
  /** Of restarts that have ended: the client never came back. */
  readonly lostAtRestart: number;
  /** Of waits that have ended in an upgrade: a check-in ended it before its time. */
  readonly checksIn: number;
}

export interface WaitFigures {
  /** Share of the clients that wait at all for this reason. */
  readonly share: number;
  /** How many such waits end in a millisecond of waiting. */
  readonly endsPerMs: number;
}

/**
 * Fits the figures from the records of a campaign. A client that still waits says only that it has
 * waited so often: it counts among those that may wait once more when its next look is over.
 */
export function figuresOf(
  definition: CampaignDefinition,
  upgrades: readonly Upgrade[],
  now: number,
): Figures {
  const looked = upgrades.filter(({ memory }) => memory.learned.lastLook !== null);
  const settled = upgrades.filter(({ state }) => state.phase === 'settled');
  const ended =
    (cause: string) =>
    ({ state }: Upgrade) =>
      state.phase === 'settled' && state.cause === cause;
  const lost = settled.filter(ended('did not come back')).length;
  const restarted = upgrades.filter(
    ({ memory }) =>
      Object.values(memory.history.restarts).some((count) => count > 0) && memory.open.restart === null,
  ).length;
  const moved = looked.filter(({ memory }) => memory.learned.relocation === 'done').length;
  const undone = looked.filter(({ memory }) => memory.learned.relocation === 'undone').length;
  const blocked = looked.filter(({ memory }) => memory.learned.seen.some(isService)).length;
  return {
    looked: looked.length,
    settled: settled.filter(({ state }) => state.phase === 'settled' && isFinished(state.end)).length,
    waits: Object.fromEntries(
      deferralClasses.map((kind) => [kind, waitFigures(definition, kind, upgrades, now)]),
    ) as Record<DeferralClass, WaitFigures>,
    alreadyCurrent: share(
      settled.filter(({ state }) => state.phase === 'settled' && state.end === 'alreadyCurrent').length,
      looked.length,
    ),
    excluded: share(settled.filter(ended('server')).length, looked.length),
    blockedByService: share(blocked, looked.length),
    relocationFails: share(undone, moved + undone),
    lostAtRestart: share(lost, restarted + lost),
    checksIn: checkInsIn(upgrades),
  };
}

const isService = (fingerprint: string): boolean => fingerprint.startsWith('service ');

const share = (part: number, all: number): number => (all === 0 ? 0 : part / all);

/** Taken for granted of waits that no habit of users ends: eight hours, with this weight. */
const assumedEnds = 1;
const assumedMs = 8 * 3_600_000;

function waitFigures(
  definition: CampaignDefinition,
  kind: DeferralClass,
  upgrades: readonly Upgrade[],
  now: number,
): WaitFigures {
  const known = upgrades.flatMap((upgrade) => waitedAgain(definition, kind, upgrade, 0) ?? []);
  return {
    share: share(known.filter(Boolean).length, known.length),
    endsPerMs: endsPerMs(definition, kind, upgrades, now),
  };
}

/** How many waits of this kind end in a millisecond of waiting. */
function endsPerMs(
  definition: CampaignDefinition,
  kind: DeferralClass,
  upgrades: readonly Upgrade[],
  now: number,
): number {
  const policy = definition.policy.deferrals[kind];
  let [ends, waitedMs] = hasHabit(kind) ? [0, 1] : [assumedEnds, assumedEnds * assumedMs];
  for (const upgrade of upgrades) {
    const { lastDeferral, deferrals } = upgrade.memory.history;
    const count = deferrals[kind] ?? 0;
    if (count === 0) continue;
    for (let rank = 0; rank < count; rank += 1) waitedMs += backoff(policy, rank, 0.5);
    if (lastDeferral?.class === kind && upgrade.state.phase === 'deferred')
      waitedMs -= Math.max(0, lastDeferral.until - now);
    if (waitedAgain(definition, kind, upgrade, count) === false) ends += 1;
  }
  return ends / waitedMs;
}

/** Has a client that had waited so often waited once more? null = it is not known, or not yet. */
function waitedAgain(
  { policy }: CampaignDefinition,
  kind: DeferralClass,
  upgrade: Upgrade,
  used: number,
): boolean | null {
  const count = upgrade.memory.history.deferrals[kind] ?? 0;
  if (count < used) return null;
  if (count > used) return true;
  const { state } = upgrade;
  if (state.phase === 'deferred' && state.class === kind) return null;
  if (state.phase === 'settled' && !isUpToDate(state.end))
    return count >= policy.deferrals[kind].budget && count > 0 ? true : null;
  return isBefore(stageOf[kind], stageReached(upgrade)) ? false : null;
}

function checkInsIn(upgrades: readonly Upgrade[]): number {
  const waits = upgrades.flatMap(({ state, memory: { history } }) =>
    state.phase === 'settled' && isUpToDate(state.end) && history.lastDeferral !== null
      ? [state.at < history.lastDeferral.until]
      : [],
  );
  return share(waits.filter(Boolean).length, waits.length);
}
