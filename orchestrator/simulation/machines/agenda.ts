import type { GatewayResult } from '../../../shared/execution/gateway.ts';
import { endChange } from './fence.ts';
import type { DueKind, Machine, Waiter } from './machine.ts';

/** Adds an entry to the machine's agenda. Entries of equal times keep their order. */
export function schedule(machine: Machine, at: number, what: DueKind, name = ''): void {
  const later = machine.agenda.findIndex((due) => due.at > at);
  const place = later < 0 ? machine.agenda.length : later;
  machine.agenda.splice(place, 0, { at, what, name });
}

/** Takes everything of these kinds off the agenda. */
export function drop(machine: Machine, ...kinds: readonly DueKind[]): void {
  machine.agenda = machine.agenda.filter(({ what }) => !kinds.includes(what));
}

/** Answers the calls that waited for this end. */
export function answerWaiters(
  machine: Machine,
  until: Waiter['until'],
  name: string,
  answer: GatewayResult<unknown>,
): void {
  const isMeant = (waiter: Waiter): boolean => waiter.until === until && waiter.name === name;
  const meant = machine.waiting.filter(isMeant);
  machine.waiting = machine.waiting.filter((waiter) => !isMeant(waiter));
  for (const { call } of meant) answerCall(machine, call, answer);
}

/** The effect of a call is over: no driver waits for it any more. */
export function answerCall(machine: Machine, call: number, answer: GatewayResult<unknown>): void {
  endChange(machine, call);
  machine.world.answered(call, answer);
}
