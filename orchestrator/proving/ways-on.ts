import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import { decide } from '../../shared/domain/upgrade/decide.ts';
import { procedureWords, stepWords } from '../../shared/domain/remediation/procedure-words.ts';
import { waitWords } from '../../shared/domain/rules/wait-words.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import { retry, undo } from '../domain/reopen.ts';
import { activations, type Choices, goodLuck } from './activation.ts';
import { canonicalClient } from './canonical.ts';
import { onClient } from './leader.ts';
import { whyNotWhole } from './machine.ts';
import type { Violation } from './asked.ts';
import { type Member, memberAt, rulesFor, type Scope, type World, withMember } from './world.ts';

/**
 * Walks from a state of one client to an end: does the client come to an end by itself, and can
 * what was done to its service be undone? Other clients hold no slot on these walks.
 */

/** Far more activations than all budgets of a file together need in practice. */
const activationsAtMost = 600;

/**
 * The client with a campaign that runs, and slots that are there: a person resumes the campaign,
 * and reopening a client makes an ended one run again.
 */
function alone(scope: Scope, world: World, index: number): { readonly scope: Scope; readonly world: World } {
  const { definition } = scope;
  // Other clients stand still on these walks, and would never free a slot.
  const { restarts: _restarts, ...others } = definition.budgets;
  const budgets = { ...others, active: 1_000, perLogonServer: 1_000 };
  const { place } = memberAt(world, index);
  const isIdle = place.is === 'parked' || place.is === 'waiting';
  const driven = withMember({ ...world, campaign: running(world.campaign) }, index, {
    holdsSlot: false,
    ...(isIdle ? { place: { is: 'driven' as const } } : {}),
  });
  return { scope: { ...scope, definition: { ...definition, budgets } }, world: driven };
}

function running(campaign: Campaign): Campaign {
  const { state } = campaign;
  if (!('openWaves' in state) || state.status === 'running') return campaign;
  const { startedAt, openWaves, accepted, approvals } = state;
  const known = approvals === undefined ? {} : { approvals };
  return { ...campaign, state: { status: 'running', startedAt, openWaves, accepted, ...known } };
}

/** The client as it is: its user stays logged on, and what is in the way stays there. */
function asItIs({ machine }: Member): Choices {
  const { user, program, held, service, runsFrom } = machine;
  const runs = service !== null && runsFrom === service.imagePath;
  const blocker = program ? 'program' : held ? 'file' : runs ? 'service' : 'none';
  return {
    looks: [
      { user, blocker },
      { user, blocker: 'none' },
    ],
    faults: [],
    persistent: [],
  };
}

/**
 * Why the client of this state never comes to an end while nothing about it changes; null = it
 * does.
 * @param known states of clients that come to an end: those of this walk are added
 */
export function whyStuck(scope: Scope, world: World, index: number, known: Set<string>): string | null {
  const { upgrade } = memberAt(world, index);
  if (upgrade === null) return null;
  const given = alone(scope, world, index);
  const passed: string[] = [];
  let now = given.world;
  for (let turn = 0; turn < activationsAtMost; turn += 1) {
    const member = memberAt(now, index);
    const key = `${now.begun.length}${canonicalClient(given.scope, now, member)}`;
    if (member.place.is === 'settled' || known.has(key)) {
      for (const each of passed) known.add(each);
      return null;
    }
    passed.push(key);
    const next = turned(given.scope, now, index, asItIs(member));
    if (next === null) break;
    now = next;
  }
  const { upgrade: last, client } = memberAt(now, index);
  return last === null
    ? null
    : `${client.client} never comes to an end: it is ${lastWords(last)}, again and again`;
}

const lastWords = ({ state }: Upgrade): string =>
  state.phase === 'deferred' ? waitWords[state.class] : state.phase;

/** One turn: a person says yes, or the job of the client runs; null = neither is possible. */
function turned(scope: Scope, world: World, index: number, choices: Choices): World | null {
  const { upgrade, place } = memberAt(world, index);
  if (upgrade === null) return null;
  const ask = upgrade.memory.history.approvals?.ask ?? null;
  if (ask !== null && place.is === 'due') {
    const yes = { is: 'approved', by: 'kim', at: world.now } as const;
    const answer = ask.isForAll
      ? { ...yes, forAll: ask.step }
      : { ...yes, attempt: upgrade.attempt, of: ask.attempt };
    const approved = ask.isForAll ? withYes(world, ask.step) : world;
    const found = onClient(scope, approved, index, { type: 'ApprovalAnswered', answer }).at(-1)?.world;
    if (found !== undefined) return found;
  }
  const [next] = activations(scope, world, index, choices);
  if (next === undefined) return null;
  return memberAt(next.world, index).place.is === 'parked'
    ? withMember(next.world, index, { place: { is: 'due', at: next.world.now + 60_000 } })
    : next.world;
}

function withYes(world: World, remediation: 'workaround' | 'relocation' | 'replaceAtRestart'): World {
  const answer = { is: 'approved', by: 'kim', at: world.now } as const;
  const request = { subject: { remediation }, round: 1, since: world.now, until: null, answer };
  const { approvals } = world.campaign;
  const requests = [...(approvals?.requests ?? []), request];
  return { ...world, campaign: { ...world.campaign, approvals: { ...approvals, requests } } };
}

/** Has servpack begun to change the service of this client? */
export const isTouched = ({ upgrade, machine }: Member): boolean =>
  upgrade !== null && (machine.intent !== null || machine.service?.imagePath !== machine.first?.imagePath);

/** Why what was done to the service of this client cannot be taken back; null = it can. */
export function whyNotUndone(scope: Scope, world: World, index: number): string | null {
  const given = alone(scope, world, index);
  return whyWayBackFails(given.scope, given.world, index) ?? whyUndoFails(given.scope, given.world, index);
}

/** The present step of a procedure is refused: everything before it is taken back. */
function whyWayBackFails(scope: Scope, world: World, index: number): string | null {
  const { upgrade, client } = memberAt(world, index);
  if (upgrade?.state.phase !== 'remedying') return null;
  const { journal } = upgrade.state;
  const isForward = journal.direction === 'forward' && journal.procedure === 'relocation';
  if (!isForward || journal.preImage === null || journal.step === 'close') return null;
  const failure = { kind: 'failed', message: 'it refuses' } as const;
  const event = { type: 'StepFailed', step: journal.step, failure } as const;
  const decision = decide(rulesFor(scope, world.campaign, client), upgrade, event, world.now);
  if (decision.kind === 'ignored') return null;
  const turnedBack = withMember(world, index, { upgrade: decision.upgrade, place: { is: 'driven' } });
  const end = untilSettled(scope, turnedBack, index, (now) => memberAt(now, index).machine.intent === null);
  const why = end === null ? 'its way back does not end' : whyNotWhole(memberAt(end, index).machine);
  if (why === null) return null;
  return `when step "${stepWords[journal.step]}" of the ${procedureWords[journal.procedure]} is refused on ${client.client}, ${why}`;
}

/** A person ends the upgrade, and asks for its service to be moved back. */
function whyUndoFails(scope: Scope, world: World, index: number): string | null {
  const { client } = memberAt(world, index);
  const ending = { end: 'skipped', cause: 'by hand', because: 'skipped by kim', blockers: [] } as const;
  const asked = onClient(scope, world, index, { type: 'EndRequested', ending }).at(-1)?.world ?? world;
  const ended = untilSettled(scope, asked, index);
  if (ended === null) return `the upgrade of ${client.client} cannot be ended`;
  const undone = reopenedAndSettled(scope, ended, index, (upgrade) => undo(upgrade, 'kim', 'asked'));
  const last = undone ?? afterRetry(scope, ended, index);
  const why = last === null ? 'it cannot be asked for' : whyNotWhole(memberAt(last, index).machine);
  return why === null ? null : `after the undo of ${client.client}, ${why}`;
}

/** A procedure that was left unfinished is finished by the next look, and can be undone then. */
function afterRetry(scope: Scope, ended: World, index: number): World | null {
  if (whyNotWhole(memberAt(ended, index).machine) === null) return ended;
  const retried = reopenedAndSettled(scope, ended, index, (upgrade) => retry(upgrade, 'asked'));
  if (retried === null) return null;
  return reopenedAndSettled(scope, retried, index, (upgrade) => undo(upgrade, 'kim', 'asked')) ?? retried;
}

function reopenedAndSettled(
  scope: Scope,
  world: World,
  index: number,
  reopen: (upgrade: Upgrade) => ReturnType<typeof undo>,
): World | null {
  const { upgrade } = memberAt(world, index);
  const reopening = upgrade === null ? null : reopen(upgrade);
  if (reopening?.kind !== 'reopened') return null;
  const opened = withMember(world, index, { upgrade: reopening.upgrade, place: { is: 'driven' } });
  return untilSettled(scope, opened, index);
}

/** The world in which the client has settled, with good luck; null = it does not. */
function untilSettled(
  scope: Scope,
  world: World,
  index: number,
  isOver: (now: World) => boolean = () => false,
): World | null {
  let now = world;
  for (let turn = 0; turn < activationsAtMost; turn += 1) {
    if (memberAt(now, index).place.is === 'settled' || isOver(now)) return now;
    const next = turned(scope, now, index, goodLuck);
    if (next === null) return null;
    now = next;
  }
  return null;
}

/** A running campaign in which nothing can happen any more, and no person is asked for anything. */
export function whyStalled({ campaign, members }: World, canGoOn: boolean): Violation | null {
  if (canGoOn || campaign.state.status !== 'running') return null;
  const left = members.filter(({ place }) => place.is !== 'settled').map(({ client }) => client.client);
  if (left.length === 0) return null;
  return {
    property: 'stuck',
    because: `the campaign runs, and nothing happens any more to ${left.join(', ')}`,
  };
}
