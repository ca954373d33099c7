import type { Campaign, CampaignEvent } from '../../shared/domain/campaign/campaign.ts';
import { chooseAdmissions } from '../../shared/domain/campaign/admission.ts';
import type { ApprovedStep } from '../../shared/domain/rules/approval-rules.ts';
import { endedByCampaign, hasBegun } from '../../shared/domain/upgrade/beyond-end.ts';
import { decide } from '../../shared/domain/upgrade/decide.ts';
import type { UpgradeEvent } from '../../shared/domain/upgrade/events.ts';
import { isFinishing } from '../../shared/domain/upgrade/placement.ts';
import { newUpgrade } from '../../shared/domain/upgrade/state.ts';
import { requestsOf } from '../domain/approval-requests.ts';
import { decideCampaign } from '../domain/decide-campaign.ts';
import { commit, hasRoomFor, slotsIn } from './commit.ts';
import { countersIn, factsIn } from './counters.ts';
import { type Member, memberAt, type Moment, rulesFor, type Scope, type World, withMember } from './world.ts';

/** The world after an event of the campaign; no moment where the event changes nothing. */
export function onCampaign(world: World, event: CampaignEvent): readonly Moment[] {
  const decision = decideCampaign(world.campaign, event, world.now);
  if (decision.kind !== 'changed') return [];
  const { campaign: after } = decision;
  const step = { kind: 'campaign', at: world.now, event, before: world.campaign, after } as const;
  return [{ step, world: { ...world, campaign: after } }];
}

/** The world after an event of one client that its record takes; no moment where it is ignored. */
export function onClient(scope: Scope, world: World, index: number, event: UpgradeEvent): readonly Moment[] {
  const { upgrade, client, place } = memberAt(world, index);
  if (upgrade === null) return [];
  const decision = decide(rulesFor(scope, world.campaign, client), upgrade, event, world.now);
  if (decision.kind === 'ignored') return [];
  const moment = commit(scope, world, index, event, decision.upgrade);
  // Nobody drives it at this moment: a job begins it where a slot is free.
  const found = memberAt(moment.world, index);
  if (found.place.is !== 'driven' || place.is === 'driven') return [moment];
  return [
    {
      ...moment,
      world: withMember(moment.world, index, { place: { is: 'due', at: world.now }, holdsSlot: false }),
    },
  ];
}

/** No campaign needs more rounds until nothing changes any more. */
const roundsAtMost = 40;

/**
 * What the leading orchestrator does before anything else happens: campaigns are judged by their
 * counters, and free slots are filled. The same again, until nothing changes.
 * @param before a world in which the leader found nothing more to do
 */
export function led(scope: Scope, begun: World, before?: World): readonly Moment[] {
  if (before !== undefined && isSameToLeader(scope, before, begun)) return [];
  const moments: Moment[] = [];
  let world = begun;
  for (let round = 0; round < roundsAtMost; round += 1) {
    const next = oneRound(scope, world);
    if (next.length === 0) break;
    moments.push(...next);
    world = next.at(-1)?.world ?? world;
  }
  return moments;
}

/**
 * Is there nothing new for the leader? Ends of clients, free slots and parked clients are; where a
 * rule counts facts, asks questions or watches the time, everything may be.
 */
function isSameToLeader({ definition }: Scope, before: World, now: World): boolean {
  const { stop, approvals, waves, policy, calendar } = definition;
  if (before.campaign !== now.campaign || stop !== undefined || mayAsk(now, approvals !== undefined))
    return false;
  if (waves.some(({ gate }) => gate.soakMs !== undefined || gate.approval === true)) return false;
  if (policy.end !== undefined && now.now >= policy.end.at) return false;
  const hasCalendar = calendar !== undefined || policy.window !== null;
  const isActive = ({ place, holdsSlot }: Member): boolean =>
    holdsSlot && place.is !== 'settled' && place.is !== 'parked';
  return now.members.every((member, index) => {
    const was = memberAt(before, index);
    if (member.place.is === 'parked' || (hasCalendar && member.place.is === 'waiting')) return false;
    return isActive(was) === isActive(member) && isEnd(was) === isEnd(member);
  });
}

/** Is there a question, or an answer for which a client may wait? */
const mayAsk = ({ campaign, members }: World, hasApprovals: boolean): boolean =>
  hasApprovals &&
  (requestsOf(campaign).length > 0 ||
    members.some(({ upgrade }) => upgrade !== null && upgrade.memory.history.approvals !== null));

const isEnd = ({ place }: Member): boolean => place.is === 'settled';

function oneRound(scope: Scope, world: World): readonly Moment[] {
  const counters = countersIn(world);
  const judged = onCampaign(world, { type: 'CountersRead', counters, facts: factsIn(world) });
  if (judged.length > 0) return judged;
  return firstOf([() => ended(scope, world), () => woken(scope, world), () => admitted(scope, world)]);
}

function firstOf(ways: readonly (() => readonly Moment[])[]): readonly Moment[] {
  for (const way of ways) {
    const found = way();
    if (found.length > 0) return found;
  }
  return [];
}

/** A campaign that is over ends the clients that were admitted. */
function ended(scope: Scope, world: World): readonly Moment[] {
  const { campaign } = world;
  const { state, definition } = campaign;
  const isAborted = state.status === 'aborted' && state.endedAt === null;
  const isFinishingOnly = 'reachedEnd' in state && state.reachedEnd?.does === 'finish' && !isAborted;
  if (!isAborted && !isFinishingOnly) return [];
  for (const [index, { upgrade, place }] of world.members.entries()) {
    if (upgrade === null || place.is === 'settled') continue;
    if (isFinishingOnly && (place.is === 'driven' || hasBegun(upgrade))) continue;
    const ending = isFinishingOnly
      ? endedByCampaign(definition.campaign, world.now)
      : ({
          end: 'cancelled',
          cause: 'campaign aborted',
          because: 'the campaign is over',
          blockers: [],
        } as const);
    const moments = onClient(scope, world, index, { type: 'EndRequested', ending });
    if (moments.length > 0) return moments;
  }
  return [];
}

/** A yes for the whole campaign wakes each client that waits for it. */
function woken(scope: Scope, world: World): readonly Moment[] {
  for (const { subject, answer } of requestsOf(world.campaign)) {
    if (answer === undefined || !('remediation' in subject)) continue;
    const forAll: ApprovedStep = subject.remediation;
    for (const index of world.members.keys()) {
      const moments = onClient(scope, world, index, {
        type: 'ApprovalAnswered',
        answer: { ...answer, forAll },
      });
      if (moments.length > 0) return moments;
    }
  }
  return [];
}

interface Candidate {
  readonly index: number;
  readonly client: string;
  readonly logonServer: string;
}

/** Parked clients first, then waiting ones in the order of the campaign. */
function admitted(scope: Scope, world: World): readonly Moment[] {
  const { definition } = scope;
  const candidates = candidatesIn(scope, world).map((index): Candidate => {
    const { client, upgrade } = memberAt(world, index);
    return { index, client: client.client, logonServer: upgrade?.logonServer ?? client.logonServer };
  });
  if (candidates.length === 0) return [];
  const servers = [...new Set(candidates.map(({ logonServer }) => logonServer))];
  const perLogonServer = Object.fromEntries(servers.map((server) => [server, slotsIn(world, server)]));
  const inUse = { active: slotsIn(world), perLogonServer };
  const [chosen] = chooseAdmissions(definition.budgets, inUse, candidates);
  return chosen === undefined ? [] : [admit(world, chosen)];
}

function admit(world: World, { index }: Candidate): Moment {
  const { upgrade, client, wave } = memberAt(world, index);
  const after = upgrade ?? newUpgrade(client.client, wave, client.logonServer);
  return {
    step: { kind: 'admitted', at: world.now, member: index, after },
    world: withMember(world, index, { upgrade: after, place: { is: 'driven' }, holdsSlot: true }),
  };
}

function candidatesIn(scope: Scope, world: World): readonly number[] {
  const { state } = world.campaign;
  const isRunning = state.status === 'running';
  const all = [...world.members.entries()];
  const parked = all.filter(
    ([, { place, upgrade }]) =>
      place.is === 'parked' && upgrade !== null && (isRunning || isFinishing(upgrade)),
  );
  const waiting = all.filter(
    ([, member]) =>
      isRunning && state.reachedEnd?.does !== 'finish' && isWaitingNow(scope, world, member, state),
  );
  return [...parked, ...waiting]
    .filter(
      ([index, { upgrade }]) => (upgrade !== null && isFinishing(upgrade)) || hasRoomFor(scope, world, index),
    )
    .map(([index]) => index);
}

/** Its wave is open, and so is its window; a client whose window never opens is admitted, too. */
function isWaitingNow(
  scope: Scope,
  world: World,
  { place, wave, client }: Member,
  { openWaves }: Extract<Campaign['state'], { status: 'running' }>,
): boolean {
  if (place.is !== 'waiting' || wave >= openWaves) return false;
  const { isOpen, to } = scope.timetable.at(rulesFor(scope, world.campaign, client), client, world.now);
  return isOpen || to === Infinity;
}
