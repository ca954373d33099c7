import type { Fence } from '../../../shared/store/types.ts';
import type { GatewayResult } from '../../../shared/execution/gateway.ts';
import type { ChangeRequest, Request } from '../../../shared/execution/simulated/wire.ts';
import type { JournalEntry, Machine, Violation } from './machine.ts';
import { refusal } from './outcome.ts';

/**
 * Entries kept per machine. A relocation that is undone, with a restart and retries, has some
 * forty.
 */
const journalAtMost = 200;

export const isChange = (request: Request): request is ChangeRequest => 'fence' in request;

/**
 * The guard of a changing call. It refuses a fence that is older than the newest one seen, or
 * equally old with another owner; else it remembers the fence. Null = accepted.
 */
export function guard(machine: Machine, { fence }: ChangeRequest): GatewayResult<never> | null {
  const newest = machine.fence;
  if (newest !== null && isOlder(fence, newest)) {
    machine.fencedRefusals += 1;
    return refusal('fenced', `a newer driver was here: ${newest.counter} (${newest.owner})`);
  }
  // Equal fences are one object, because a machine keeps many of them.
  if (newest === null || newest.counter !== fence.counter) machine.fence = fence;
  return null;
}

const isOlder = (fence: Fence, newest: Fence): boolean =>
  fence.counter < newest.counter || (fence.counter === newest.counter && fence.owner !== newest.owner);

const isOther = (one: Fence, other: Fence): boolean =>
  one.counter !== other.counter || one.owner !== other.owner;

export function violate(machine: Machine, violation: Violation): void {
  machine.violations = [...machine.violations, violation];
}

/**
 * An accepted change begins: it is written into the journal and compared with the changes before
 * it. A change of another driver under way, or a newer fence before it, must never exist.
 */
export function beginChange(machine: Machine, call: number, { op, fence }: ChangeRequest, now: number): void {
  const other = machine.inFlight.find(({ entry, abandoned }) => !abandoned && isOther(entry.fence, fence));
  if (other !== undefined)
    violate(machine, { kind: 'twoDrivers', at: now, owners: [other.entry.fence.owner, fence.owner] });
  const last = machine.journal.at(-1);
  if (last !== undefined && isOlder(fence, last.fence)) violate(machine, { kind: 'olderFence', at: now, op });
  if (machine.unanswered === op) violate(machine, { kind: 'repeatedBlindly', at: now, op });
  if (machine.unanswered === op) machine.unanswered = null;
  const entry: JournalEntry = {
    at: now,
    op,
    fence: machine.fence ?? fence,
    beganAt: machine.world.realNow(),
    endedAt: null,
  };
  machine.journal.push(entry);
  if (machine.journal.length > journalAtMost) {
    machine.journal.shift();
    machine.journalDropped += 1;
  }
  machine.inFlight = [...machine.inFlight, { call, entry, abandoned: false }];
}

/** The effect is over, whatever the answer. */
export function endChange(machine: Machine, call: number): void {
  const change = machine.inFlight.find((each) => each.call === call);
  if (change === undefined) return;
  change.entry.endedAt = machine.world.realNow();
  machine.inFlight = machine.inFlight.filter((each) => each !== change);
}

/** The driver has given up the call, or is dead: no driver waits for its effect any more. */
export function abandon(machine: Machine, call: number, request: Request): void {
  // A driver makes one call after the other. A driver that looked since this call came is another
  // one, and goes by what its look found.
  if (isChange(request) && request.op !== 'takeOver' && machine.lastRead < call)
    machine.unanswered = request.op;
  const change = machine.inFlight.find((each) => each.call === call);
  if (change !== undefined) change.abandoned = true;
}
