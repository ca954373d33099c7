import type { PreImage, Service } from '../../domain/observation/observation.ts';
import { err } from '../../errors.ts';
import type { StepContext } from '../command-context.ts';
import type { GatewayResult } from '../gateway.ts';
import { failed, proveDependantsRun, readService, startLikeBefore, stateBefore } from './service-control.ts';
import { realTiming } from '../timing.ts';
import { runStateWords } from '../../domain/observation/words.ts';

/**
 * Proves that a service keeps running: it is as wanted, and after the settle time still is, as the
 * same process. A service that its recovery actions have started again runs both times, as another
 * one.
 * @param settleMs policy time; 0 = one look is enough
 * @param read reads the service, and fails where it is not as wanted
 */
export async function keepsRunning(
  { clock, change, timing = realTiming }: StepContext,
  settleMs: number,
  read: () => Promise<GatewayResult<Service>>,
): Promise<GatewayResult<Service>> {
  const first = await read();
  if (!first.ok || settleMs === 0) return first;
  const realMs = clock.realDelay(clock.now() + settleMs);
  if (!(await timing.pause(realMs, change.signal)))
    return err({ kind: 'cutOff', message: 'the lease was lost' });
  const second = await read();
  if (!second.ok || second.value.pid === first.value.pid) return second;
  return failed(`${second.value.name} ended and was started again within ${settleMs / 1_000} s`);
}

/** The settle time of a service that the profile may relocate; 0 for any other one. */
export function settleMsOf({ rules }: StepContext, service: string): number {
  const { relocatable } = rules.product;
  // The name may come from a client: `constructor` is no service that the profile knows.
  const known = service.toLowerCase();
  return Object.hasOwn(relocatable, known) ? (relocatable[known]?.settleMs ?? 0) : 0;
}

/**
 * The end of a way back: starts the service where it ran before, and proves that it keeps running.
 * Nobody looks at the service after the procedure.
 */
export async function startToStay(
  context: StepContext,
  preImage: Pick<PreImage, 'service'>,
  settleMs: number,
): Promise<GatewayResult<void>> {
  const started = await startLikeBefore(context, preImage);
  if (!started.ok || stateBefore(preImage) === 'stopped') return started;
  const { name } = preImage.service;
  const lives = await keepsRunning(context, settleMs, async () => {
    const now = await readService(context, name);
    return !now.ok || now.value.state === 'running'
      ? now
      : failed(`${name} is ${runStateWords[now.value.state]}`);
  });
  return lives.ok ? proveDependantsRun(context, preImage) : lives;
}
