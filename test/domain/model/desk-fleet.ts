import { defaultDeferrals } from '../../../orchestrator/input/campaign-defaults.ts';
import type { Rules } from '../../../shared/domain/rules/policy.ts';
import { decide } from '../../../shared/domain/upgrade/decide.ts';
import type { Command, UpgradeEvent } from '../../../shared/domain/upgrade/events.ts';
import { placementOf } from '../../../shared/domain/upgrade/placement.ts';
import { newUpgrade, type Upgrade, withMemory } from '../../../shared/domain/upgrade/state.ts';
import { activated, blockedByProgram, direct, gone, hours, look, policy, upToDate } from '../given.ts';
import { type Desk, type Habit, presenceOf } from './desk.ts';

/** A fleet of desks, one campaign after the other, on virtual time with the real decider. */
export interface DeskFleet {
  readonly seed: string;
  readonly clients: number;
  readonly habit: Habit;
  readonly learns: boolean;
  /** When each campaign begins. */
  readonly begins: readonly number[];
  readonly movesAt?: number;
}

/** How one campaign went. */
export interface DeskOutcome {
  readonly medianMs: number;
  readonly p90Ms: number;
  readonly looks: number;
  readonly upgraded: number;
}

const zone = 'Europe/Berlin';

/** The default delays, with as many tries as it takes. */
const deferrals = Object.fromEntries(
  Object.entries(defaultDeferrals).map(([kind, each]) => [kind, { ...each, budget: 10_000 }]),
) as typeof defaultDeferrals;

/** Each campaign in turn; what a campaign has learned of a client is known to the next one. */
export function runDesks(fleet: DeskFleet): readonly DeskOutcome[] {
  const known = new Map<string, string>();
  return fleet.begins.map((begins, at) => {
    const ends = Array.from({ length: fleet.clients }, (_, each) => {
      const desk = { seed: fleet.seed, client: `pc-${each}`, zone };
      return runDesk(fleet, desk, `release-${at}`, begins, known);
    });
    const times = ends.map(({ tookMs }) => tookMs).toSorted((a, b) => a - b);
    return {
      medianMs: times[Math.floor(times.length / 2)] ?? 0,
      p90Ms: times[Math.floor(times.length * 0.9)] ?? 0,
      looks: ends.reduce((sum, { looks }) => sum + looks, 0),
      upgraded: ends.filter(({ isUpgraded }) => isUpgraded).length,
    };
  });
}

function runDesk(fleet: DeskFleet, desk: Desk, campaign: string, begins: number, known: Map<string, string>) {
  const learns = fleet.learns ? ({ learnsFreeTime: true } as const) : {};
  const rules: Rules = { ...direct, campaign, zone, policy: { ...policy, deferrals, ...learns } };
  const habits = known.get(desk.client);
  let upgrade: Upgrade = newUpgrade(desk.client, 0, 'LS-ROM');
  if (habits !== undefined) upgrade = withMemory(upgrade, { learned: { freeTime: { looks: habits } } });
  // The clients of a fleet are not all admitted in the same minute.
  let now = begins + Math.floor(Number(desk.client.slice(3)) * 1_000);
  let [looks, isNew] = [0, false];
  const apply = (event: UpgradeEvent): void => {
    const decision = decide(rules, upgrade, event, now);
    if (decision.kind === 'changed') ({ upgrade } = decision);
  };
  for (;;) {
    const placement = placementOf(upgrade);
    if (placement.kind === 'settled') break;
    if (placement.kind === 'rest') {
      now = placement.until;
      apply(activated);
      continue;
    }
    if (placement.command.type === 'LookAtClient' && !isNew) looks += 1;
    if (placement.command.type === 'RunUpdate') isNew = true;
    apply(answer(placement.command, fleet, desk, now, isNew));
  }
  const { looks: learned } = upgrade.memory.learned.freeTime ?? {};
  if (learned !== undefined) known.set(desk.client, learned);
  const isUpgraded = upgrade.state.phase === 'settled' && upgrade.state.end === 'upgraded';
  return { tookMs: now - begins, looks, isUpgraded };
}

function answer(command: Command, fleet: DeskFleet, desk: Desk, now: number, isNew: boolean): UpgradeEvent {
  if (command.type === 'RunUpdate') return { type: 'UpdateRan' };
  if (command.type !== 'LookAtClient') throw new Error(`no desk answers ${command.type}`);
  if (isNew) return look({ at: now }, upToDate);
  const presence = presenceOf(desk, fleet.habit, now, fleet.movesAt);
  if (presence === 'off') return gone;
  return presence === 'working' ? look({ at: now }, blockedByProgram) : look({ at: now });
}

/**
 * A release every other week, on a Tuesday at this hour (UTC; two hours less than at the
 * desks).
 */
export const releases = (count: number, hour: number): readonly number[] =>
  Array.from({ length: count }, (_, at) => Date.UTC(2026, 5, 2, hour) + at * hours(24 * 14));
