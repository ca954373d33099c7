import type { Failure } from '../../shared/domain/observation/failure.ts';
import { decide } from '../../shared/domain/upgrade/decide.ts';
import type { Command, UpgradeEvent } from '../../shared/domain/upgrade/events.ts';
import { placementOf } from '../../shared/domain/upgrade/placement.ts';
import { begin, commit, isItsTurn } from './commit.ts';
import {
  afterUpdate,
  arranged,
  canBe,
  comesUp,
  goesDown,
  type Machine,
  marked,
  observe,
  type Sight,
} from './machine.ts';
import { runStep } from './machine-steps.ts';
import { type Deed, happened, type Look, type Outcome } from './words.ts';
import {
  type Happening,
  memberAt,
  type Moment,
  rulesFor,
  type Scope,
  type World,
  withMember,
} from './world.ts';

/** What may happen in an activation. */
export interface Choices {
  /** How the client may be found by the first look; later ones in the same minute find the same. */
  readonly looks: readonly Look[];
  readonly faults: readonly Outcome[];
  /** How the client may be found again and again, until servpack does something else. */
  readonly persistent: readonly Look[];
}

const sights: readonly Sight[] = [
  { user: false, blocker: 'none' },
  { user: true, blocker: 'none' },
  { user: false, blocker: 'service' },
  { user: true, blocker: 'service' },
  { user: true, blocker: 'program' },
  { user: false, blocker: 'file' },
];

/** Everything that can happen to a client. */
export const everything: Choices = {
  looks: [...sights, 'unreachable', 'couldNotLook', 'stillUp'],
  faults: ['unreachable', 'refused', 'lost', 'lostUndone', 'crashed', 'crashedBefore'],
  persistent: [...sights, 'unreachable', 'couldNotLook', 'stillUp'],
};

/** Only what may hold a slot, or leave a machine or its service down. */
export const whatOthersFeel: Choices = {
  looks: [
    { user: false, blocker: 'none' },
    { user: true, blocker: 'none' },
    { user: false, blocker: 'service' },
    'unreachable',
  ],
  faults: ['unreachable', 'lost', 'crashed'],
  persistent: [{ user: false, blocker: 'service' }, 'unreachable'],
};

/** Nothing goes wrong, and nothing is in the way. */
export const goodLuck: Choices = { looks: [{ user: false, blocker: 'none' }], faults: [], persistent: [] };

interface Walk {
  readonly world: World;
  readonly moments: readonly Moment[];
  readonly deeds: readonly Deed[];
  readonly look: Look | null;
  readonly hasFault: boolean;
}

/** Every way in which the job of this client can go, from its begin until the upgrade rests. */
export function activations(
  scope: Scope,
  world: World,
  index: number,
  choices: Choices,
): readonly Happening[] {
  const { place } = memberAt(world, index);
  const isLater = place.is === 'due' && !isItsTurn(scope, world, index);
  const at = isLater ? Math.max(world.now, place.at) : world.now;
  const begun = begin(scope, { ...world, now: at }, index);
  const walk: Walk = { world: begun, moments: [], deeds: [], look: null, hasFault: false };
  const isParked = memberAt(begun, index).place.is === 'parked';
  const ends = isParked
    ? [walk]
    : drive(scope, take(scope, walk, index, { type: 'Activated' }), index, choices);
  return ends.map((end) => happened(scope, end, index, at));
}

/** The event is decided on and committed. One that changes nothing leaves the walk as it is. */
function take(scope: Scope, walk: Walk, index: number, event: UpgradeEvent): Walk {
  const { world } = walk;
  const { upgrade, client } = memberAt(world, index);
  if (upgrade === null) return walk;
  const decision = decide(rulesFor(scope, world.campaign, client), upgrade, event, world.now);
  if (decision.kind === 'ignored') return walk;
  const moment = commit(scope, world, index, event, decision.upgrade);
  return { ...walk, world: moment.world, moments: [...walk.moments, moment] };
}

function drive(scope: Scope, walk: Walk, index: number, choices: Choices): readonly Walk[] {
  const { upgrade, place } = memberAt(walk.world, index);
  const placement = upgrade === null || place.is !== 'driven' ? null : placementOf(upgrade);
  if (placement?.kind !== 'drive') return [walk];
  const { command } = placement;
  return command.type === 'LookAtClient'
    ? looked(scope, walk, index, choices)
    : outcomesOf(command, walk, choices).flatMap((outcome) =>
        carriedOut(scope, walk, index, choices, command, outcome),
      );
}

function looked(scope: Scope, walk: Walk, index: number, choices: Choices): readonly Walk[] {
  const { machine } = memberAt(walk.world, index);
  const looks = walk.look === null ? choices.looks : [walk.look];
  return looks
    .filter((look) => canFind(scope, machine, look, walk.look === null))
    .flatMap((look) => drive(scope, seen(scope, walk, index, look), index, choices));
}

function canFind({ equipment }: Scope, machine: Machine, look: Look, isFirst: boolean): boolean {
  if (look === 'unreachable' || look === 'couldNotLook') return true;
  if (look === 'stillUp') return machine.power === 'down';
  const up = machine.power === 'down' ? comesUp(machine) : machine;
  return !isFirst || canBe(equipment, up, look);
}

function seen(scope: Scope, walk: Walk, index: number, look: Look): Walk {
  const { world } = walk;
  const { machine, client } = memberAt(world, index);
  const { equipment } = scope;
  const isFirst = walk.look === null;
  const deeds = isFirst ? [...walk.deeds, { kind: 'look', look, machine } as const] : walk.deeds;
  const at = { at: world.now, logonServer: client.logonServer };
  if (look === 'unreachable' || look === 'couldNotLook') {
    const failure = failures[look === 'unreachable' ? 'unreachable' : 'garbled'];
    return take(scope, { ...walk, deeds, look }, index, { type: 'LookFailed', failure });
  }
  const up = machine.power === 'down' && look !== 'stillUp' ? comesUp(machine) : machine;
  const found = isFirst && look !== 'stillUp' ? arranged(equipment, up, look) : up;
  const event = { type: 'ClientObserved', observation: observe(equipment, found, at) } as const;
  const next = withMember(world, index, { machine: found });
  return take(scope, { ...walk, world: next, deeds, look }, index, event);
}

const failures: Readonly<Record<'unreachable' | 'failed' | 'timedOut' | 'garbled', Failure>> = {
  unreachable: { kind: 'unreachable', message: 'it does not answer' },
  failed: { kind: 'failed', message: 'it refuses' },
  timedOut: { kind: 'timedOut', message: 'no answer in time' },
  garbled: { kind: 'garbled', message: 'its answer is not understood' },
};

const faultsOf: Readonly<Record<Exclude<Command['type'], 'LookAtClient'>, readonly Outcome[]>> = {
  MarkClient: ['unreachable', 'refused', 'lost', 'lostUndone', 'crashed', 'crashedBefore'],
  UnmarkClient: ['unreachable', 'refused', 'lost'],
  RunUpdate: ['unreachable', 'refused', 'lost', 'lostUndone', 'crashed', 'crashedBefore'],
  RestartClient: ['unreachable', 'refused', 'lost', 'lostUndone', 'crashed', 'crashedBefore'],
  NotifyUsers: ['unreachable', 'refused', 'crashed'],
  RunStep: ['unreachable', 'refused', 'lost', 'crashed'],
};

function outcomesOf(
  command: Exclude<Command, { type: 'LookAtClient' }>,
  { world, hasFault }: Walk,
  { faults }: Choices,
): readonly Outcome[] {
  if (hasFault || world.faultsLeft === 0) return ['done'];
  const isLast = command.type === 'RunStep' && command.journal.step === 'close';
  const possible = faultsOf[command.type].filter((fault) => !isLast || fault !== 'refused');
  return ['done', ...possible.filter((fault) => faults.includes(fault))];
}

/** Nothing of the command reaches the client. */
const isUndone = (outcome: Outcome): boolean =>
  outcome === 'unreachable' || outcome === 'lostUndone' || outcome === 'crashedBefore';

function carriedOut(
  scope: Scope,
  walk: Walk,
  index: number,
  choices: Choices,
  command: Exclude<Command, { type: 'LookAtClient' }>,
  outcome: Outcome,
): readonly Walk[] {
  const { machine } = memberAt(walk.world, index);
  const isFault = outcome !== 'done';
  const answer = isUndone(outcome)
    ? { machine, event: null }
    : effect(scope, walk.world.campaign.definition.campaign, machine, command, outcome === 'refused');
  const faultsLeft = walk.world.faultsLeft - (isFault ? 1 : 0);
  const world = withMember({ ...walk.world, faultsLeft }, index, { machine: answer.machine });
  const step = { kind: 'command', at: world.now, member: index, command: command.type, machine } as const;
  const next: Walk = {
    world,
    moments: isUndone(outcome) ? walk.moments : [...walk.moments, { step, world }],
    deeds: [...walk.deeds, { kind: 'command', command, outcome }],
    look: command.type === 'RestartClient' ? null : walk.look,
    hasFault: walk.hasFault || isFault,
  };
  if (outcome === 'crashed' || outcome === 'crashedBefore') return [next];
  const failure =
    outcome === 'unreachable'
      ? failures.unreachable
      : outcome === 'refused'
        ? failures.failed
        : outcome === 'done'
          ? null
          : failures.timedOut;
  const event = failure === null ? answer.event : failed(command, failure);
  return event === null ? [next] : drive(scope, take(scope, next, index, event), index, choices);
}

const failed = (command: Command, failure: Failure): UpgradeEvent =>
  command.type === 'RunStep'
    ? { type: 'StepFailed', step: command.journal.step, failure }
    : { type: 'CommandFailed', failure };

interface Effect {
  readonly machine: Machine;
  readonly event: UpgradeEvent | null;
}

/** What the command does on the machine, and what the driver learns if the answer arrives. */
function effect(
  { equipment }: Scope,
  campaign: string,
  machine: Machine,
  command: Exclude<Command, { type: 'LookAtClient' }>,
  refuses: boolean,
): Effect {
  const unless = (done: Machine): Machine => (refuses ? machine : done);
  switch (command.type) {
    case 'MarkClient':
      return { machine: unless(marked(machine)), event: { type: 'ClientMarked' } };
    case 'UnmarkClient':
      return { machine: unless({ ...machine, markedIn: null }), event: { type: 'ClientUnmarked' } };
    case 'RunUpdate':
      return { machine: unless(afterUpdate(equipment, machine)), event: { type: 'UpdateRan' } };
    case 'RestartClient':
      return { machine: unless(goesDown(machine)), event: { type: 'RestartOrdered' } };
    case 'NotifyUsers':
      return { machine, event: { type: 'UsersNotified' } };
    case 'RunStep': {
      const { step } = command.journal;
      const {
        is,
        preImage,
        machine: after,
      } = runStep(equipment, campaign, machine, command.journal, refuses);
      if (is === 'stale') return { machine: after, event: { type: 'JournalFoundStale', step } };
      return is === 'refused'
        ? { machine: after, event: { type: 'StepFailed', step, failure: failures.failed } }
        : { machine: after, event: { type: 'StepDone', step, preImage } };
    }
  }
}
