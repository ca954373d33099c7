import { type Choices, everything, whatOthersFeel } from './activation.ts';
import { canonical, canonicalClient } from './canonical.ts';
import type { Group } from './groups.ts';
import { afterwards, happenings } from './happenings.ts';
import type { Asked, Violation } from './asked.ts';
import { violationIn } from './properties.ts';
import { isTouched, whyNotUndone, whyStalled, whyStuck } from './ways-on.ts';
import { firstWorld, type Happening, memberAt, type Scope, type World } from './world.ts';

/** Events of the story, with its faults. */
export const lengthOf = ({ faults }: Scope, { events }: Counterexample): number =>
  events.length + faults - (events.at(-1)?.world.faultsLeft ?? faults);

/** When a search ends without an answer. */
export interface Limits {
  /** Events of one story; a fault is an event of its own. */
  readonly depth: number;
  readonly states: number;
  /** Is the time over that the search may take? */
  readonly isOver: () => boolean;
}

/** A story that ends with a violation; no story with fewer events does. */
export interface Counterexample extends Violation {
  readonly events: readonly Happening[];
  /** When it happens. */
  readonly at: number;
}

export interface Searched {
  readonly counterexample: Counterexample | null;
  readonly states: number;
  /** All stories with so many events were looked at. */
  readonly depth: number;
  /** What ended the search. `everything`: there is no further state. */
  readonly endedBy: 'everything' | 'violation' | 'depth' | 'states' | 'time';
}

/** A state, and by which event of the state before it came about. The events are made again. */
interface Node {
  readonly world: World;
  /** The one form of this state and all like it. */
  readonly key: string;
  readonly parent: Node | null;
  readonly event: number;
  /** The client of the event. */
  readonly member: number | null;
  /** What the event violates. */
  readonly violation: Found | null;
}

interface Found extends Violation {
  readonly at: number;
  /** With which of its moments the event violates it; left out = the state after it does. */
  readonly moment?: number;
}

/** Looks at all stories of these clients, the short ones first. */
export function search(scope: Scope, group: Group, asked: Asked, limits: Limits): Searched {
  const choices = group.clients.length === 1 ? everything : whatOthersFeel;
  const judge = stateJudge(scope, asked);
  const known = new Set<string>();
  const reachedAt = new Map<string, number>();
  let isCut = false;
  const levels: Node[][] = [[firstNode(scope, group, asked)]];
  for (let depth = 0; depth < levels.length; depth += 1) {
    const ended = (endedBy: Searched['endedBy'], counterexample: Counterexample | null = null): Searched => ({
      counterexample,
      states: known.size,
      depth: Math.max(0, endedBy === 'everything' || endedBy === 'depth' ? depth : depth - 1),
      endedBy,
    });
    for (const node of levels[depth] ?? []) {
      if (limits.isOver()) return ended('time');
      if (known.size >= limits.states) return ended('states');
      if (node.violation === null && known.has(node.key)) continue;
      known.add(node.key);
      // Longer stories are not asked for: the last states are only judged.
      const isLast = depth === limits.depth;
      isCut ||= isLast;
      const following = isLast ? null : happenings(scope, node.world, choices);
      const found = node.violation ?? judge(node, following === null || following.length > 0);
      if (found !== null) return ended('violation', storyOf(scope, choices, node, found));
      for (const [event, happening] of (following ?? []).entries()) {
        const { world, member } = happening;
        const at = depth + 1 + node.world.faultsLeft - world.faultsLeft;
        const violation = violated(scope, asked, happening);
        const key = canonical(scope, world);
        if (violation === null && (reachedAt.get(key) ?? Infinity) <= at) continue;
        reachedAt.set(key, at);
        isCut ||= at > limits.depth;
        if (at > limits.depth) continue;
        const reached: Node = { world, key, parent: node, event, member, violation };
        // Violations of this level would have been pushed by now: there is no shorter one.
        const isShortest = violation !== null && at === depth + 1 && !hasViolation(levels[depth]);
        if (isShortest) return ended('violation', storyOf(scope, choices, reached, violation));
        (levels[at] ??= []).push(reached);
      }
    }
    levels[depth] = [];
    for (const at of [depth + 1, depth + 2]) levels[at] ??= [];
    if (levels.slice(depth + 1).every((level) => level.length === 0))
      return ended(isCut ? 'depth' : 'everything');
  }
  throw new Error('a search has a further level until it ends');
}

const hasViolation = (level: readonly Node[] = []): boolean =>
  level.some(({ violation }) => violation !== null);

/** The campaign starts, and the first clients are admitted. */
export function begin(scope: Scope, group: Group): Happening {
  const world = firstWorld(scope, group);
  const says = 'the campaign starts';
  return afterwards(scope, { moments: [], world, says, member: null, from: world.now });
}

function firstNode(scope: Scope, group: Group, asked: Asked): Node {
  const begun = begin(scope, group);
  const key = canonical(scope, begun.world);
  const violation = violated(scope, asked, begun);
  return { world: begun.world, key, parent: null, event: 0, member: null, violation };
}

function violated(scope: Scope, asked: Asked, { moments }: Happening): Found | null {
  for (const [number, moment] of moments.entries()) {
    const violation = violationIn(scope, asked, moment);
    if (violation !== null) return { ...violation, at: moment.step.at, moment: number };
  }
  return null;
}

/** Judges a state by the ways that lead on from it. Each state of one client is judged once. */
function stateJudge(scope: Scope, asked: Asked) {
  const comeToAnEnd = new Set<string>();
  const undoable = new Set<string>();
  return ({ world, member }: Node, canGoOn: boolean): Found | null => {
    const asksStuck = asked.names.includes('stuck');
    const stalled = asksStuck ? whyStalled(world, canGoOn) : null;
    if (stalled !== null) return { ...stalled, at: world.now };
    if (member === null) return null;
    if (asked.names.includes('undo') && isTouched(memberAt(world, member))) {
      const key = canonicalClient(scope, world, memberAt(world, member));
      const because = undoable.has(key) ? null : whyNotUndone(scope, world, member);
      if (because !== null) return { property: 'undo', because, at: world.now };
      undoable.add(key);
    }
    const stuck = asksStuck ? whyStuck(scope, world, member, comeToAnEnd) : null;
    return stuck === null ? null : { property: 'stuck', because: stuck, at: world.now };
  };
}

/** The events of a story, made again. The last one ends with what it violates. */
function storyOf(
  scope: Scope,
  choices: Choices,
  last: Node,
  { at, moment, ...violation }: Found,
): Counterexample {
  const events: Happening[] = [];
  for (let node = last; node.parent !== null; node = node.parent) {
    const event = happenings(scope, node.parent.world, choices)[node.event];
    if (event === undefined) continue;
    const isCut = node === last && moment !== undefined;
    events.unshift(isCut ? { ...event, moments: event.moments.slice(0, moment + 1) } : event);
  }
  return { ...violation, events, at };
}
