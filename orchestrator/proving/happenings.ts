import { answerWords } from '../../shared/domain/rules/approval-rules.ts';
import { hasBudget } from '../../shared/domain/rules/policy.ts';
import { requestId, requestsOf } from '../domain/approval-requests.ts';
import { nextMoment } from '../domain/next-moment.ts';
import { activations, type Choices } from './activation.ts';
import { countersIn } from './counters.ts';
import { led, onCampaign, onClient } from './leader.ts';
import { happened, type Look, repeated } from './words.ts';
import {
  type Happening,
  type Member,
  memberAt,
  type Moment,
  rulesFor,
  type Scope,
  type World,
} from './world.ts';

/** Everything that can happen next, each event followed by what the leading orchestrator does. */
export function happenings(scope: Scope, world: World, choices: Choices): readonly Happening[] {
  const found = [
    ...ofPersons(scope, world),
    ...ofTime(scope, world),
    ...[...world.members.keys()].flatMap((index) => ofClient(scope, world, index, choices)),
  ];
  return found.map((happening) => afterwards(scope, happening, world));
}

/** The same event, with what the leading orchestrator does next. */
export function afterwards(scope: Scope, happening: Happening, before?: World): Happening {
  const moments = led(scope, happening.world, before);
  if (moments.length === 0) return happening;
  return {
    ...happening,
    moments: [...happening.moments, ...moments],
    world: moments.at(-1)?.world ?? happening.world,
  };
}

function ofClient(scope: Scope, world: World, index: number, choices: Choices): readonly Happening[] {
  if (!hasJob(memberAt(world, index))) return [];
  const once = activations(scope, world, index, choices);
  const again = choices.persistent.flatMap((look) => persisting(scope, world, index, look) ?? []);
  return [...once, ...again];
}

const hasJob = ({ place }: Member): boolean => place.is === 'driven' || place.is === 'due';

const timesAtMost = 100;

/**
 * The client is found the same again and again, until servpack does something else: gives up,
 * escalates, or looks in another way. Without this event only long stories would come so far.
 */
function persisting(scope: Scope, world: World, index: number, look: Look): Happening | null {
  const choices: Choices = { looks: [look], faults: [], persistent: [] };
  const [first] = activations(scope, world, index, choices);
  if (first === undefined) return null;
  const waits = waitOf(first.world, index);
  if (waits === null || isWaitingAlready(world, index, waits)) return null;
  const moments: Moment[] = [...first.moments];
  let [before, reached] = [world, first.world];
  for (let times = 2; times <= timesAtMost; times += 1) {
    const between = led(scope, reached, before);
    before = between.at(-1)?.world ?? reached;
    if (!hasJob(memberAt(before, index))) {
      // The end of the campaign, or its gate, has come between two looks.
      const stands = happened(scope, { world: before, moments: [], deeds: [] }, index, before.now);
      return repeated(first, stands, times - 1, [...moments, ...between]);
    }
    const [next] = activations(scope, before, index, choices);
    if (next === undefined) return null;
    moments.push(...between, ...next.moments);
    reached = next.world;
    if (waitOf(reached, index) !== waits) return repeated(first, next, times, moments);
  }
  return null;
}

/** The event was possible before the first of these waits, and led to the same end. */
function isWaitingAlready(world: World, index: number, waits: string): boolean {
  if (waitOf(world, index) !== waits) return false;
  const { upgrade } = memberAt(world, index);
  return waits !== 'restarting' || upgrade?.memory.open.restart?.silentAt !== undefined;
}

/** For what the client waits after its look; null = for nothing of which another look may tell. */
function waitOf(world: World, index: number): string | null {
  const { upgrade, place } = memberAt(world, index);
  if (upgrade === null || place.is !== 'due') return null;
  const { state } = upgrade;
  if (state.phase === 'restarting') return 'restarting';
  return state.phase === 'deferred' && hasBudget(state.class) ? state.class : null;
}

/** The person who answers, pauses and resumes; created, edited or started nothing. */
const person = 'kim';

function ofPersons(scope: Scope, world: World): readonly Happening[] {
  const { campaign } = world;
  const { status } = campaign.state;
  if (status !== 'running' && status !== 'paused') return [];
  return [...answers(scope, world), ...clientAnswers(scope, world), ...pauses(world)];
}

const verdicts = ['approved', 'rejected'] as const;

function answers(_scope: Scope, world: World): readonly Happening[] {
  const { campaign, now } = world;
  const open = requestsOf(campaign).filter(({ answer }) => answer === undefined);
  return open.flatMap((request) =>
    verdicts.flatMap((is) => {
      const id = requestId(campaign.definition.campaign, request);
      const moments = onCampaign(world, { type: 'ApprovalAnswered', id, is, by: person, shown: '' });
      const what =
        'wave' in request.subject ? `wave ${request.subject.wave}` : `each ${request.subject.remediation}`;
      return saying(moments, `${what} is ${answerWords({ is, by: person, at: now })}`, null, now);
    }),
  );
}

function clientAnswers(scope: Scope, world: World): readonly Happening[] {
  return [...world.members.entries()].flatMap(([index, { upgrade, client }]) => {
    const ask = upgrade?.memory.history.approvals?.ask ?? null;
    if (upgrade === null || ask === null || ask.isForAll) return [];
    return verdicts.flatMap((is) => {
      const answer = { is, by: person, at: world.now, attempt: upgrade.attempt, of: ask.attempt };
      const moments = onClient(scope, world, index, { type: 'ApprovalAnswered', answer });
      const says = `the ${ask.step} on ${client.client} is ${answerWords(answer)}`;
      return saying(moments, says, index, world.now);
    });
  });
}

function pauses(world: World): readonly Happening[] {
  const { state } = world.campaign;
  if (state.status === 'running' && world.pausesLeft > 0) {
    const event = { type: 'PauseRequested', by: person, reason: 'asked by the site' } as const;
    const less = { ...world, pausesLeft: world.pausesLeft - 1 };
    return saying(onCampaign(less, event), `${person} pauses the campaign`, null, world.now);
  }
  if (state.status !== 'paused' || state.by !== person) return [];
  const counters = countersIn(world);
  const event = { type: 'ResumeRequested', by: person, override: false, counters } as const;
  return saying(onCampaign(world, event), `${person} resumes the campaign`, null, world.now);
}

const saying = (
  moments: readonly Moment[],
  says: string,
  member: number | null,
  from: number,
): readonly Happening[] => {
  const world = moments.at(-1)?.world;
  return world === undefined ? [] : [{ moments, world, says, member, from }];
};

/** Time passes until a window opens or closes, a deadline comes, or a gate or question is due. */
function ofTime(scope: Scope, world: World): readonly Happening[] {
  const next = nextChange(scope, world);
  if (next === null) return [];
  return [{ moments: [], world: { ...world, now: next.at }, says: next.says, member: null, from: next.at }];
}

interface Change {
  readonly at: number;
  readonly says: string;
}

/** The next moment at which time alone changes something; null = there is none. */
export function nextChange(scope: Scope, world: World): Change | null {
  const { now, campaign, members } = world;
  // Only a gate that soaks asks for the counters.
  const soaks = 'mark' in campaign.state && campaign.state.mark !== undefined;
  const moment = nextMoment(campaign, soaks ? countersIn(world) : {}, now);
  const { end } = scope.definition.policy;
  const isEnd = end !== undefined && moment === end.at;
  const ofCampaign =
    moment === null || moment <= now
      ? []
      : [{ at: moment, says: isEnd ? 'the end of the campaign comes' : 'time passes' }];
  const calendars = members
    .filter(({ place }) => place.is !== 'settled')
    .flatMap(({ client }) => calendarChange(scope, world, client) ?? []);
  return [...ofCampaign, ...calendars].toSorted((a, b) => a.at - b.at)[0] ?? null;
}

function calendarChange(
  scope: Scope,
  world: World,
  client: World['members'][number]['client'],
): Change | null {
  const { now, campaign } = world;
  const { to, isOpen, endsInBlackout } = scope.timetable.at(rulesFor(scope, campaign, client), client, now);
  if (to === Infinity) return null;
  if (!isOpen) return { at: to, says: `the window of ${client.client} opens` };
  const what = endsInBlackout ? 'a blackout of' : 'the window of';
  return { at: to, says: `${what} ${client.client} ${endsInBlackout ? 'begins' : 'closes'}` };
}
