import { answerCall, schedule } from './agenda.ts';
import { readFile, writeFile } from './disk.ts';
import { violate } from './fence.ts';
import { duration, type Machine } from './machine.ts';
import { done, type Outcome, refusal, refused } from './outcome.ts';
import { startAutomaticServices, stopEverything } from './service-control.ts';
import { deskOf, endSession, planLogon } from './sessions.ts';
import { workdayFrom } from './timetable.ts';
import { cutSmsrun32Short, leaveHalfAFile } from './smsrun32.ts';
import { minute, second } from './time.ts';

const firstPid = 96;

/**
 * The order is accepted at once. The machine goes down some seconds later and is unreachable for
 * minutes.
 */
export function orderRestart(machine: Machine, now: number): Outcome {
  if (machine.goingDown) return refused('error 1115: a system shutdown is in progress');
  machine.goingDown = true;
  const reason = machine.asksForRestart ?? 'none';
  machine.restarts = [...machine.restarts, { at: now, reason }];
  if (reason === 'none') violate(machine, { kind: 'restartedAgain', at: now });
  schedule(machine, now + duration(machine, 'down', now, [2 * second, 10 * second]), 'down');
  return done();
}

export function goDown(machine: Machine, now: number): void {
  switchOff(machine);
  if (machine.rules.comesBack) schedule(machine, bootsAt(machine, now), 'boot');
}

/** When a machine is up again that goes down at this time. */
export const bootsAt = (machine: Machine, downAt: number): number =>
  downAt + duration(machine, 'boot', downAt, [2 * minute, 6 * minute]);

/** The machine is switched on again some minutes before its user's next logon. */
export function shutDown(machine: Machine, now: number): void {
  switchOff(machine);
  const { logonAt } = workdayFrom(deskOf(machine), now);
  const ahead = duration(machine, 'on', now, [3 * minute, 10 * minute]);
  schedule(machine, Math.max(now, logonAt - ahead), 'boot');
}

/** The machine comes back by itself, with half of the file that was being copied. */
export function failPower(machine: Machine, now: number): void {
  machine.willDie = false;
  leaveHalfAFile(machine);
  switchOff(machine);
  schedule(machine, bootsAt(machine, now), 'boot');
}

/** The session manager replaces files before any service starts, so nothing is in use. */
function renamePending(machine: Machine): void {
  for (const { from, to } of machine.renames) {
    const content = readFile(machine.disk, from);
    if (content === null) continue;
    if (to !== '') writeFile(machine.disk, to, content);
    writeFile(machine.disk, from, null);
  }
  machine.renames = [];
}

/** All processes end, calls that wait get no answer, and nothing planned happens. */
export function switchOff(machine: Machine): void {
  machine.power = 'off';
  endSession(machine);
  cutSmsrun32Short(machine);
  stopEverything(machine);
  machine.agenda = [];
  const { waiting } = machine;
  machine.waiting = [];
  for (const { call } of waiting) answerCall(machine, call, refusal('cutOff', 'the machine went down'));
}

/** Automatic services run before a user can log on. */
export function boot(machine: Machine, now: number): void {
  machine.power = 'on';
  machine.goingDown = false;
  machine.boots += 1;
  machine.bootedAt = now;
  machine.restarts = machine.restarts.map((each) =>
    each.upAt === undefined ? { ...each, upAt: now } : each,
  );
  machine.bootsPending =
    machine.asksForRestart === 'mark' ? machine.rules.bootsNeeded - 1 : Math.max(0, machine.bootsPending - 1);
  machine.asksForRestart = machine.bootsPending > 0 ? 'pendingRestart' : null;
  machine.nextPid = firstPid;
  renamePending(machine);
  startAutomaticServices(machine, now);
  planLogon(machine, now);
}
