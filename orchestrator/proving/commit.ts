import { type FullPlace, fullPlace, restartPlaces } from '../../shared/domain/rules/restart-limits.ts';
import { awaitRestart } from '../../shared/domain/upgrade/await-restart.ts';
import { awaitRemediation } from '../../shared/domain/upgrade/await-remediation.ts';
import { factsOf } from '../../shared/domain/upgrade/facts.ts';
import type { UpgradeEvent } from '../../shared/domain/upgrade/events.ts';
import { isFinishing, placementOf } from '../../shared/domain/upgrade/placement.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import {
  isClosed,
  mayDrive,
  type Recorded,
  remediationOf,
  type Standing,
  whyRefused,
  withBegun,
} from '../domain/store-checks.ts';
import { countersIn } from './counters.ts';
import {
  type Member,
  memberAt,
  type Moment,
  type NotedFact,
  type Place,
  rulesFor,
  type Scope,
  type World,
  withMember,
} from './world.ts';

/**
 * What the store does with a commit, and with a job that begins: the checks of `commit.lua` and
 * `begin.lua`, for one campaign alone.
 */

/** Slots in use; `logonServer` left out = of the whole campaign. */
export const slotsIn = ({ members }: World, logonServer?: string): number =>
  members.filter(
    ({ holdsSlot, upgrade }) =>
      holdsSlot && (logonServer === undefined || upgrade?.logonServer === logonServer),
  ).length;

/**
 * What the store would find in use in this world. The definition of the scope holds: the way on is
 * searched for without some limits of the campaign.
 */
const standingOf = ({ definition }: Scope, world: World): Standing => ({
  campaign: world.campaign.definition === definition ? world.campaign : { ...world.campaign, definition },
  begun: world.begun,
  get slotsInUse() {
    return slotsIn(world);
  },
  slotsAt: (logonServer) => slotsIn(world, logonServer),
  count: (name) => countersIn(world)[name],
});

/** May something begin on one more client of this member's logon server? */
export function hasRoomFor(scope: Scope, world: World, index: number): boolean {
  const { upgrade, client } = memberAt(world, index);
  return !isClosed(standingOf(scope, world), upgrade?.logonServer ?? client.logonServer, 0);
}

/** A job begins: it takes a slot where its client holds none, or the client is parked. */
export function begin(scope: Scope, world: World, index: number): World {
  const { upgrade, holdsSlot } = memberAt(world, index);
  if (upgrade === null) return world;
  return mayDrive(standingOf(scope, world), recordedOf(upgrade), holdsSlot)
    ? withMember(world, index, { place: { is: 'driven' }, holdsSlot: true })
    : withMember(world, index, { place: { is: 'parked' }, holdsSlot: false });
}

const recordedOf = (upgrade: Upgrade): Recorded => ({
  finishing: isFinishing(upgrade),
  logonServer: upgrade.logonServer,
});

/** The place of this client in which no further restart may begin; null = there is room in all. */
function fullRestarts(scope: Scope, world: World, index: number, next: Upgrade): FullPlace | null {
  const { restarts } = rulesFor(scope, world.campaign, memberAt(world, index).client);
  if (restarts === undefined) return null;
  const used = new Map<string, number>();
  for (const [other, { upgrade, client }] of world.members.entries()) {
    if (other === index || upgrade === null || !isRestarting(upgrade)) continue;
    const own = rulesFor(scope, world.campaign, client).restarts;
    const places = own === undefined ? [] : restartPlaces(own, upgrade.logonServer);
    for (const { name } of places) used.set(name, (used.get(name) ?? 0) + 1);
  }
  return fullPlace(restarts.terms, restartPlaces(restarts, next.logonServer), used);
}

const isRestarting = ({ state, memory }: Upgrade): boolean =>
  state.phase !== 'settled' && (state.phase === 'ordering' || memory.open.restart !== null);

/**
 * Does the client wait for a slot of a restart that it would get now? The line of the campaign
 * wakes it at once.
 */
export function isItsTurn(scope: Scope, world: World, index: number): boolean {
  const { upgrade } = memberAt(world, index);
  if (upgrade === null || upgrade.state.phase !== 'deferred') return false;
  return upgrade.state.class === 'restarts' && fullRestarts(scope, world, index, upgrade) === null;
}

/** A decision as the store commits it, or the wait that follows where the store refuses it. */
export function commit(
  scope: Scope,
  world: World,
  index: number,
  event: UpgradeEvent,
  next: Upgrade,
): Moment {
  const { upgrade, client } = memberAt(world, index);
  const before = upgrade ?? next;
  const asked = {
    recorded: recordedOf(before),
    planned: next,
    limits: scope.definition.budgets.remediations,
    at: world.now,
    takeRestart: () => (next.state.phase === 'ordering' ? fullRestarts(scope, world, index, next) : null),
  };
  const refused = whyRefused(standingOf(scope, world), asked);
  if (refused?.kind === 'held') return held(scope, world, index, event, next);
  if (refused !== null) {
    const rules = rulesFor(scope, world.campaign, client);
    const waits =
      refused.kind === 'full'
        ? awaitRestart(rules, before, next, refused.full, world.now)
        : awaitRemediation(rules, before, next, refused.spent, world.now);
    return committed(world, index, event, waits.upgrade);
  }
  const remediation = remediationOf(asked);
  const begun = remediation === null ? world.begun : withBegun(world.begun, remediation);
  return committed({ ...world, begun }, index, event, next);
}

function committed(world: World, index: number, event: UpgradeEvent, after: Upgrade): Moment {
  const before = memberAt(world, index).upgrade ?? after;
  const failure = 'failure' in event ? event.failure.kind : undefined;
  const facts = world.campaign.definition.stop === undefined ? [] : factsOf(before, after, failure);
  const noted = facts.flatMap(({ kind, cause }): NotedFact[] =>
    [kind, ...(cause === undefined ? [] : [`|${cause}`])].map((name) => ({
      client: after.client,
      name,
      at: world.now,
    })),
  );
  const next = withMember({ ...world, facts: withFacts(world.facts, noted) }, index, {
    upgrade: after,
    ...placed(after),
  });
  return { step: { kind: 'upgrade', at: world.now, member: index, event, before, after }, world: next };
}

/** Each client counts once for each kind and cause, by its newest time. */
const withFacts = (known: readonly NotedFact[], noted: readonly NotedFact[]): readonly NotedFact[] => [
  ...known.filter((each) => !noted.some(({ client, name }) => client === each.client && name === each.name)),
  ...noted,
];

function placed(upgrade: Upgrade): Pick<Member, 'place' | 'holdsSlot'> {
  const placement = placementOf(upgrade);
  switch (placement.kind) {
    case 'settled':
      return { place: { is: 'settled' }, holdsSlot: false };
    case 'rest':
      return { place: { is: 'due', at: placement.until }, holdsSlot: placement.keepsSlots };
    case 'drive':
      return { place: { is: 'driven' }, holdsSlot: true };
  }
}

/** The upgrade keeps its state, and waits until the campaign runs or its logon server has room. */
function held(scope: Scope, world: World, index: number, event: UpgradeEvent, planned: Upgrade): Moment {
  const before = memberAt(world, index).upgrade ?? planned;
  const after = { ...before, logonServer: planned.logonServer };
  const { lookEveryMs } = scope.definition.policy.restart;
  const place: Place = isFinishing(after) ? { is: 'due', at: world.now + lookEveryMs } : { is: 'parked' };
  return {
    step: { kind: 'held', at: world.now, member: index, event, before, planned, after },
    world: withMember(world, index, { upgrade: after, place, holdsSlot: false }),
  };
}
