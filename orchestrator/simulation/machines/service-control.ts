import { ok } from '../../../shared/errors.ts';
import type { Service } from '../../../shared/domain/observation/observation.ts';
import { answerWaiters, schedule } from './agenda.ts';
import { isInside, readFile } from './disk.ts';
import { duration, isPackageRunning, type Machine, spawn } from './machine.ts';
import { done, type Outcome, refusal, refused, waits } from './outcome.ts';
import { bin, pcmService } from './sms.ts';
import { startedFile } from './started-file.ts';
import { second } from './time.ts';
import { hasFirstAgent } from './agent-state.ts';
import { troubleAfterStart, troubleOf } from './service-trouble.ts';

/**
 * Windows gives up a control that a service does not respond to. What the service has begun goes
 * on.
 */
const givenUpAfter = 30 * second;

/**
 * The service control manager of a machine. Start and stop answer when the service has reached the
 * state, as `net start` does.
 */

export const findService = (machine: Machine, name: string): Service | undefined =>
  machine.services.find((service) => isSameName(service.name, name));

/** Windows does not tell names of services apart by their case. */
const isSameName = (one: string, other: string): boolean =>
  one === other || (one.length === other.length && one.toLowerCase() === other.toLowerCase());

/**
 * The service as the service control manager shows it, with the services that run only because of
 * it.
 */
export function showService(machine: Machine, service: Service): Service {
  const neededBy = dependantsOf(machine, service.name);
  return neededBy.length === 0 ? service : { ...service, neededBy };
}

const nobody: readonly string[] = [];

/**
 * Running services that depend on this one, directly or not, in an order in which they can be
 * stopped. EnumDependentServices goes through the whole graph (ReactOS, rpcserver.c).
 */
function dependantsOf(machine: Machine, name: string): readonly string[] {
  const direct = machine.services.filter((each) => dependsOn(each, name) && each.state !== 'stopped');
  if (direct.length === 0) return nobody;
  const all = direct.flatMap((each) => [...dependantsOf(machine, each.name), each.name]);
  return [...new Set(all)];
}

const dependsOn = (service: Service, name: string): boolean =>
  service.dependsOn.some((each) => isSameName(each, name));

export const markedForDeletion = (name: string): string =>
  `error 1072: the service ${name} has been marked for deletion`;

export const noSuchService = (name: string): Outcome =>
  refused(`error 1060: the service ${name} does not exist as an installed service`);

function change(machine: Machine, name: string, changes: Partial<Service>): void {
  machine.services = machine.services.map((service) =>
    service.name === name ? { ...service, ...changes } : service,
  );
}

/** Starting a running service is a success. */
export function startService(machine: Machine, name: string, now: number): Outcome {
  const service = findService(machine, name);
  if (service === undefined) return noSuchService(name);
  if (service.state === 'running') return done();
  if (service.state === 'startPending') return waits('serviceStarted', service.name);
  if (service.state === 'stopPending') return refused('error 1061: the service is stopping');
  if (machine.markedForDeletion.includes(service.name)) return refused(markedForDeletion(service.name));
  if (service.startType === 'disabled') return refused('error 1058: the service is disabled');
  const needed = service.dependsOn.find((each) => findService(machine, each)?.state !== 'running');
  if (needed !== undefined) return refused(`error 1068: ${needed}, which it depends on, does not run`);
  if (readFile(machine.disk, startedFile(machine.disk, service.imagePath)) === null)
    return refused(`error 2: no file ${service.imagePath}`);
  if (!mayLogOn(machine, service, now))
    return refused('error 1069: the service did not start due to a logon failure');
  begin(machine, service, now);
  return waits('serviceStarted', service.name);
}

/** The right to log on as a service is checked at every start; a running service goes on. */
const mayLogOn = ({ rules, world }: Machine, { name }: Service, at: number): boolean =>
  !rules.rightLost || name !== pcmService || at < world.startedAt;

function begin(machine: Machine, service: Service, now: number): void {
  const { account } = service;
  const imagePath = startedFile(machine.disk, service.imagePath);
  const { pid } = spawn(machine, { imagePath, session: 0, user: account, startedAt: now });
  change(machine, service.name, { state: 'startPending', pid });
  if (troubleOf(machine, service)?.kind === 'hangs')
    return schedule(machine, now + givenUpAfter, 'startUnanswered', service.name);
  // Windows gives up a service that does not respond after 30 seconds.
  const needs = responds(machine, service)
    ? duration(machine, 'start', now, [1 * second, 4 * second])
    : givenUpAfter;
  schedule(machine, now + needs, 'serviceStarted', service.name);
}

function responds(machine: Machine, { name, imagePath }: Service): boolean {
  const { rules, world } = machine;
  if (name === world.agent.service) return rules.agent === 'runs' || hasFirstAgent(machine);
  return !rules.staysHome || name !== pcmService || isInside(imagePath, bin);
}

export function serviceStarted(machine: Machine, name: string): void {
  const service = findService(machine, name);
  if (service === undefined) return;
  if (responds(machine, service)) {
    change(machine, name, { state: 'running' });
    troubleAfterStart(machine, service.name);
    return answerWaiters(machine, 'serviceStarted', name, ok(undefined));
  }
  end(machine, service);
  const message = 'error 1053: the service did not respond to the start request in a timely fashion';
  answerWaiters(machine, 'serviceStarted', name, refusal('failed', message));
}

/** The caller gets no further news; the service stays start-pending. */
export function startUnanswered(machine: Machine, name: string): void {
  const message = 'error 2186: the service is not responding to the control function';
  answerWaiters(machine, 'serviceStarted', name, refusal('failed', message));
}

/** The process of a service ends by itself. */
export function serviceDied(machine: Machine, nameAndPid: string, at: number): void {
  const [name = '', pid] = nameAndPid.split('/');
  const service = findService(machine, name);
  if (service === undefined || String(service.pid) !== pid) return;
  end(machine, service);
  const trouble = troubleOf(machine, service);
  if (trouble?.kind === 'dies' && trouble.recovers === true) bringUp(machine, name, at);
}

function end(machine: Machine, { name, pid }: Service): void {
  machine.processes = machine.processes.filter((process) => process.pid !== pid);
  change(machine, name, { state: 'stopped', pid: null });
  forgetMarked(machine);
}

/** A service that was deleted while it ran ends when it has stopped. */
export function forgetMarked(machine: Machine): void {
  const isGone = ({ name, state }: Service): boolean =>
    state === 'stopped' && machine.markedForDeletion.includes(name);
  const gone = machine.services.filter(isGone).map(({ name }) => name);
  machine.services = machine.services.filter((service) => !isGone(service));
  machine.markedForDeletion = machine.markedForDeletion.filter((name) => !gone.includes(name));
}

/** Stopping a stopped service is a success. */
export function stopService(machine: Machine, name: string, now: number): Outcome {
  const service = findService(machine, name);
  if (service === undefined) return noSuchService(name);
  if (service.state === 'stopped') return done();
  if (service.state === 'stopPending') return waits('serviceStopped', service.name);
  if (service.state === 'startPending') return refused('error 1061: the service is starting');
  if (!machine.processes.some(({ pid }) => pid === service.pid))
    return refused('error 1061: the service cannot accept control messages at this time');
  if (service.name === pcmService && isPackageRunning(machine, now)) {
    return refused('the service was not stopped: Job still running');
  }
  const dependent = machine.services.find(
    (each) => dependsOn(each, service.name) && each.state !== 'stopped',
  );
  if (dependent !== undefined) return refused(`error 1051: ${dependent.name} depends on it and runs`);
  change(machine, service.name, { state: 'stopPending' });
  const takes = duration(
    machine,
    'stop',
    now,
    service.name === pcmService ? machine.rules.stopTakes : stopTakes,
  );
  schedule(machine, now + takes, 'serviceStopped', service.name);
  if (takes > givenUpAfter) schedule(machine, now + givenUpAfter, 'stopUnanswered', service.name);
  return waits('serviceStopped', service.name);
}

const stopTakes = [1 * second, 6 * second] as const;

/** The caller gets no further news; the service goes on stopping (Q178662). */
export function stopUnanswered(machine: Machine, name: string): void {
  const message = 'error 2186: the service is not responding to the control function';
  answerWaiters(machine, 'serviceStopped', name, refusal('failed', message));
}

export function serviceStopped(machine: Machine, name: string): void {
  const service = findService(machine, name);
  if (service !== undefined) end(machine, service);
  answerWaiters(machine, 'serviceStopped', name, ok(undefined));
}

/** Changes the stored settings. A running service keeps its old ones until its next start. */
export function configureService(
  machine: Machine,
  name: string,
  settings: Partial<Pick<Service, 'startType' | 'imagePath' | 'dependsOn'>>,
): Outcome {
  const service = findService(machine, name);
  if (service === undefined) return noSuchService(name);
  change(machine, service.name, settings);
  // A service that is set to manual still runs, until the next start.
  if (settings.startType === 'manual') machine.asksForRestart = 'workaround';
  return done();
}

/**
 * Automatic services run before a user can log on: this blocks a client at every start (Q168463).
 */
export function startAutomaticServices(machine: Machine, at: number): void {
  for (const { name, startType } of machine.services)
    if (startType === 'automatic' || startType === 'delayed') bringUp(machine, name, at);
}

/**
 * The services that a service depends on start first, unless they are disabled; without them the
 * service stays down.
 */
export function bringUp(machine: Machine, name: string, at: number): void {
  const service = findService(machine, name);
  if (service === undefined || service.state !== 'stopped' || service.startType === 'disabled') return;
  for (const needed of service.dependsOn) bringUp(machine, needed, at);
  const isReady = service.dependsOn.every((needed) => findService(machine, needed)?.state === 'running');
  const hasFile = readFile(machine.disk, service.imagePath) !== null;
  if (!isReady || !hasFile || !responds(machine, service) || !mayLogOn(machine, service, at)) return;
  const { imagePath, account } = service;
  const { pid } = spawn(machine, { imagePath, session: 0, user: account, startedAt: at });
  const isHanging = troubleOf(machine, service)?.kind === 'hangs';
  change(machine, service.name, { state: isHanging ? 'startPending' : 'running', pid });
  if (!isHanging) troubleAfterStart(machine, service.name);
}

/** The power is gone. */
export function stopEverything(machine: Machine): void {
  machine.processes = [];
  machine.services = machine.services.map((service) => ({ ...service, state: 'stopped', pid: null }));
  forgetMarked(machine);
}
