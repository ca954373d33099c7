import type { Fence, GatewayResult } from '../../../workers/gateways/gateway.ts';
import type { ChangeRequest } from '../../../workers/gateways/simulated/wire.ts';
import type { Machine } from './machine.ts';
import { refusal } from './outcome.ts';

/**
 * The guard of a changing call: refuses a fence that is older than the newest one seen, or equally old but
 * somebody else's; remembers the fence and writes the journal otherwise. Null = accepted.
 */
export function guard(
  machine: Machine,
  { op, fence }: ChangeRequest,
  now: number,
): GatewayResult<never> | null {
  const newest = machine.fence;
  if (newest !== null && isOlder(fence, newest)) {
    machine.fencedRefusals += 1;
    return refusal('fenced', `a newer driver was here: ${newest.counter} (${newest.owner})`);
  }
  machine.fence = fence;
  machine.journal = [...machine.journal, { at: now, op, fence }];
  return null;
}

const isOlder = (fence: Fence, newest: Fence): boolean =>
  fence.counter < newest.counter || (fence.counter === newest.counter && fence.owner !== newest.owner);

/** A driver begins a change. Another driver's change in flight is what must never happen: it is recorded. */
export function beginChange(machine: Machine, call: number, { owner }: Fence, now: number): void {
  const other = machine.inFlight.find((change) => change.owner !== owner);
  if (other !== undefined) {
    const violation = { kind: 'twoDrivers', at: now, owners: [other.owner, owner] } as const;
    machine.violations = [...machine.violations, violation];
  }
  machine.inFlight = [...machine.inFlight, { call, owner }];
}

/** The driver has its answer, has let go of the call, or is dead. */
export function endChange(machine: Machine, call: number): void {
  machine.inFlight = machine.inFlight.filter((change) => change.call !== call);
}
