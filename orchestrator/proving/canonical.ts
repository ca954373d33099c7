import type { Memory } from '../../shared/domain/upgrade/memory.ts';
import type { UpgradeState } from '../../shared/domain/upgrade/state.ts';
import { deferralClasses, type Rules } from '../../shared/domain/rules/policy.ts';
import { isForced } from '../../shared/domain/rules/campaign-end.ts';
import { persistsBecause } from '../../shared/domain/remediation/persistence.ts';
import { requestsOf } from '../domain/approval-requests.ts';
import { type Member, rulesFor, type Scope, type World } from './world.ts';

/**
 * The one form of all states that differ only in what no rule can tell apart: in the moment at
 * which they are, in how far off a coming moment is, in how many tries of a budget are left, and in
 * the names of clients to which the same rules apply. Coming moments keep their order.
 */
export function canonical(scope: Scope, world: World): string {
  const coming = comingMoments(world);
  const rank = (at: number | null | undefined): number =>
    at === null || at === undefined ? -2 : at <= world.now ? -1 : coming.indexOf(at);
  const members = world.members.map((member) => memberKey(scope, world, member, rank)).sort();
  return `${campaignKey(world, rank)}#${members.join('#')}`;
}

/** The form of one client alone: what its own rules can tell. */
export const canonicalClient = (scope: Scope, world: World, member: Member): string =>
  memberKey(scope, world, member, (at) => (at === null || at === undefined ? -2 : at <= world.now ? -1 : 0));

type Rank = (at: number | null | undefined) => number;

function comingMoments({ now, members }: World): readonly number[] {
  const times = members.flatMap(({ upgrade, place }) => {
    if (upgrade === null) return [];
    const { open, history } = upgrade.memory;
    return [
      ...(place.is === 'due' ? [place.at] : []),
      ...(open.restart === null ? [] : [open.restart.deadline]),
      ...[history.approvals?.ask?.until ?? null].filter((until) => until !== null),
    ];
  });
  return [...new Set(times.filter((at) => at > now))].sort((a, b) => a - b);
}

function campaignKey({ campaign, now, faultsLeft, pausesLeft }: World, rank: Rank): string {
  const { state, definition } = campaign;
  const begun = 'openWaves' in state ? state : null;
  const { end } = definition.policy;
  return JSON.stringify([
    state.status,
    state.status === 'paused' ? [state.byGate, state.by] : 0,
    begun?.openWaves,
    begun?.mark === undefined ? 0 : [begun.mark.wave, begun.mark.settled],
    begun?.approvals?.map(({ wave, by }) => [wave, by]),
    begun?.reachedEnd?.does,
    'endedAt' in state && state.endedAt !== null,
    requestsOf(campaign).map(({ subject, answer, until }) => [subject, answer?.is, answer?.by, rank(until)]),
    campaign.approvals?.expired,
    end === undefined ? 0 : now >= end.at,
    faultsLeft,
    pausesLeft,
  ]);
}

function memberKey(scope: Scope, world: World, member: Member, rank: Rank): string {
  const { client, wave, upgrade, place, holdsSlot, machine } = member;
  const rules = rulesFor(scope, world.campaign, client);
  const { now } = world;
  const { boot, service, first: _first, intent, ...plain } = machine;
  return JSON.stringify([
    wave,
    client.logonServer,
    client.labels,
    client.zone,
    place.is,
    place.is === 'due' ? rank(place.at) : 0,
    holdsSlot,
    scope.timetable.at(rules, client, now).isOpen,
    isForced(rules.policy, now),
    { ...plain, markedIn: plain.markedIn === null ? 0 : plain.markedIn === boot ? 'now' : 'before' },
    service === null ? 0 : [service.imagePath, service.startType, service.state],
    intent === null ? 0 : [intent.kind, intent.step, intent.direction],
    upgrade === null ? 0 : [stateKey(upgrade.state), memoryKey(rules, upgrade.memory, boot, rank)],
  ]);
}

function stateKey(state: UpgradeState): unknown {
  switch (state.phase) {
    case 'deferred':
      return [state.phase, state.class];
    case 'remedying': {
      const { procedure, step, direction, turnedAt, failures, ending } = state.journal;
      return [procedure, step, direction, turnedAt, failures > 0, ending?.cause, state.retryAt === null];
    }
    case 'settled':
      return [state.phase, state.end, state.cause];
    default:
      return state.phase;
  }
}

function memoryKey(
  rules: Rules,
  { open, learned, history, request }: Memory,
  boot: number,
  rank: Rank,
): unknown {
  const isThisBoot = (bootId: string): boolean => bootId === `boot-${boot}`;
  return [
    open.mark === null ? 0 : isThisBoot(open.mark.bootId),
    open.unanswered,
    open.restart === null
      ? 0
      : [
          open.restart.cause,
          open.restart.taken,
          rank(open.restart.deadline),
          isThisBoot(open.restart.bootBefore),
        ],
    open.workaround === null ? 0 : isThisBoot(open.workaround.bootId),
    open.replacing === null ? 0 : isThisBoot(open.replacing.bootId),
    open.unfinished,
    Object.entries(learned.sightings).map(([name, sighting]) => [
      name,
      Math.min(sighting.looks, looksTold),
      persistsBecause(rules.policy.persistence, sighting) !== null,
    ]),
    learned.relocation,
    learned.movedEarlier.length,
    learned.willBlockAgain,
    Object.values(learned.watched).map(({ ends }) => ends),
    history.restarts,
    deferralClasses.map((kind) => (history.deferrals[kind] ?? 0) >= rules.policy.deferrals[kind].budget),
    history.notifiedAt === null ? 0 : rank(history.notifiedAt + rules.policy.noticeMs),
    history.tried,
    history.approvals === null
      ? 0
      : [
          history.approvals.ask?.attempt,
          rank(history.approvals.ask?.until),
          answersKey(history.approvals.answers),
        ],
    request?.kind,
  ];
}

/** No policy that has not escalated decides otherwise after more looks at the same blocker. */
const looksTold = 12;

const answersKey = (answers: Readonly<Record<string, { readonly is: string; readonly by: string | null }>>) =>
  Object.entries(answers).map(([of, { is, by }]) => [of, is, by]);
