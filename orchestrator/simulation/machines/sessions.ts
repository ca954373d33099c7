import { type Agent, agentPath } from './agent.ts';
import { drop, schedule } from './agenda.ts';
import { joinPath } from './disk.ts';
import { within } from './chance.ts';
import { duration, type Machine, spawn, toss } from './machine.ts';
import { bin } from './sms.ts';
import { cutSmsrun32Short } from './smsrun32.ts';
import { minute, second } from './time.ts';
import { type Desk, workdayFrom } from './timetable.ts';

/** The session of the user at the machine; session 0 belongs to the services. */
export const userSession = 1;

export const userOf = ({ row }: Machine): string => `CORP\\${row.client.toLowerCase()}.user`;

/** The desk at which the machine stands. */
export const deskOf = ({ row, world, dice }: Machine): Desk => ({
  dice,
  mornings: world.mornings,
  zone: row.zone,
  ...(world.habits === undefined ? {} : { habits: world.habits }),
});

/** So long after the machine is ready its user logs on. */
export const readyTime = [2 * minute, 8 * minute] as const;

/** So long after a logon Load starts Smsrun32. */
export const loadTime = [5 * second, 25 * second] as const;

/** When Load starts Smsrun32 after this logon. */
export const loadsAt = (machine: Machine, logonAt: number): number =>
  logonAt + duration(machine, 'load', logonAt, loadTime);

/**
 * The user's next logon: by the timetable, or some minutes from now when a user at work lost their
 * machine.
 */
export function planLogon(machine: Machine, now: number): void {
  if (!machine.rules.hasUser) return;
  const { logonAt, logoffAt } = workdayFrom(deskOf(machine), now);
  const ready = now + duration(machine, 'logon', now, readyTime);
  schedule(machine, Math.max(logonAt, ready), 'logon');
  schedule(machine, logoffAt, 'logoff');
}

/** Load starts Smsrun32 at once. The user starts programs later, so Smsrun32 runs first. */
export function logOn(machine: Machine, now: number): void {
  machine.session = { user: userOf(machine), since: now };
  const startsAt = loadsAt(machine, now);
  if (machine.rules.loadStarts > 0) schedule(machine, startsAt, 'smsrun32');
  if (now < machine.secondInstanceUntil) schedule(machine, startsAt + 1 * second, 'smsrun32');
  const { program } = machine.rules;
  if (program === null) return;
  schedule(machine, now + duration(machine, 'program', now, program.afterLogon), 'programStart');
}

export function startProgram(machine: Machine, now: number): void {
  const { program } = machine.rules;
  const { agent } = machine.world;
  if (program === null || machine.session === null) return;
  const isAgents = program.executable === 'ofAgent';
  const imagePath = isAgents ? pathOfProgram(agent) : joinPath(bin, program.executable);
  if (imagePath === null) return;
  spawn(machine, { imagePath, session: userSession, user: machine.session.user, startedAt: now });
}

const pathOfProgram = (agent: Agent): string | null =>
  agent.program === null ? null : agentPath(agent, agent.program);

/** The user's programs end with the session; services do not. */
export function logOff(machine: Machine, now: number): void {
  endSession(machine);
  planLogon(machine, now);
  planShutdown(machine, now);
}

/** Where users have daily habits, most computers are off between the shifts. */
function planShutdown(machine: Machine, now: number): void {
  const { habits } = machine.world;
  if (habits === undefined || toss(machine, 'stays on') < habits.staysOn) return;
  schedule(machine, now + within(habits.shutsDownAfter, toss(machine, 'shuts down')), 'shutDown');
}

export function endSession(machine: Machine): void {
  machine.session = null;
  machine.processes = machine.processes.filter(({ session }) => session === 0);
  drop(machine, 'logon', 'logoff', 'smsrun32', 'programStart');
  if (machine.run?.by === 'logon') cutSmsrun32Short(machine);
}
