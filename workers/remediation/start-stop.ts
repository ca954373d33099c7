import { setTimeout as pause } from 'node:timers/promises';
import type { PreImage, ServiceRunState } from '../../shared/domain/observation/observation.ts';
import { err, ok } from '../../shared/errors.ts';
import type { GatewayFailure, GatewayResult } from '../gateways/gateway.ts';
import { failed, findService, readService, type Runner, stateBefore } from './service-control.ts';

/** Real time a service may need to stop or start before the step counts as failed. */
const settleDeadlineMs = 30_000;
const pollEveryMs = 50;

/**
 * Stops the service. What runs only as long as it does is stopped before it, as far as the pre-image knows it, because only that
 * is started again. One that is on its way from one place to the other by being installed anew may not be there, and does not run then.
 */
export async function stopService(
  runner: Runner,
  { service, by }: Pick<PreImage, 'service' | 'by'>,
): Promise<GatewayResult<void>> {
  for (const dependant of service.neededBy ?? []) {
    const stopped = await stopOne(runner, dependant);
    if (!stopped.ok) return stopped;
  }
  const stopped = await stopOne(runner, service.name);
  if (stopped.ok || by !== 'reinstall') return stopped;
  const now = await findService(runner, service.name);
  return now.ok && now.value === null ? ok(undefined) : stopped;
}

async function stopOne(runner: Runner, service: string): Promise<GatewayResult<void>> {
  const now = await readService(runner, service);
  if (!now.ok) return now;
  if (now.value.state === 'running') {
    const stopped = await runner.gateway.stopService(runner.change, service);
    if (!stopped.ok) return unlessOnItsWay(runner, service, 'stopPending', 'stopped', stopped);
  }
  return untilState(runner, service, 'stopped');
}

/** Starts the service, and what was stopped for its sake, when it ran before the procedure; else leaves it stopped. */
export async function startLikeBefore(
  runner: Runner,
  { service }: Pick<PreImage, 'service'>,
): Promise<GatewayResult<void>> {
  if (stateBefore({ service }) === 'stopped') return ok(undefined);
  const started = await startOne(runner, service.name);
  if (!started.ok) return started;
  for (const dependant of (service.neededBy ?? []).toReversed()) {
    const again = await startOne(runner, dependant);
    if (!again.ok) return again;
  }
  return ok(undefined);
}

async function startOne(runner: Runner, service: string): Promise<GatewayResult<void>> {
  const now = await readService(runner, service);
  if (!now.ok) return now;
  if (now.value.state === 'stopPending') {
    const stopped = await untilState(runner, service, 'stopped');
    if (!stopped.ok) return stopped;
  }
  if (now.value.state === 'stopped' || now.value.state === 'stopPending') {
    const started = await runner.gateway.startService(runner.change, service);
    if (!started.ok) return unlessOnItsWay(runner, service, 'startPending', 'running', started);
  }
  return untilState(runner, service, 'running');
}

/** A service that needs long is given up by the tool that asked it (error 2186, Q178662), and gets there all the same. */
async function unlessOnItsWay(
  runner: Runner,
  service: string,
  onItsWay: ServiceRunState,
  state: ServiceRunState,
  refusal: { readonly ok: false; readonly error: GatewayFailure },
): Promise<GatewayResult<void>> {
  if (refusal.error.kind !== 'failed') return refusal;
  const now = await readService(runner, service);
  if (!now.ok) return now;
  return now.value.state === onItsWay || now.value.state === state
    ? untilState(runner, service, state)
    : refusal;
}

/** Reads the service until it is in this state; one that leaves the pending states for another one has failed. */
async function untilState(
  runner: Runner,
  service: string,
  state: ServiceRunState,
): Promise<GatewayResult<void>> {
  const deadline = Date.now() + settleDeadlineMs;
  for (;;) {
    const now = await readService(runner, service);
    if (!now.ok) return now;
    if (now.value.state === state) return ok(undefined);
    if (now.value.state !== 'startPending' && now.value.state !== 'stopPending') {
      return failed(`${service} is ${now.value.state}, not ${state}`);
    }
    if (Date.now() > deadline)
      return failed(`${service} is still ${now.value.state} after ${settleDeadlineMs / 1000} s`);
    if (runner.change.signal.aborted) return err({ kind: 'cutOff', message: 'the lease was lost' });
    await pause(pollEveryMs);
  }
}
