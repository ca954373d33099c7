import type { PreImage, Service, ServiceRunState } from '../../domain/observation/observation.ts';
import { err, ok } from '../../errors.ts';
import type { StepContext } from '../command-context.ts';
import type { GatewayFailure, GatewayResult, ServiceSettings } from '../gateway.ts';
import { keyOf, withDependants } from './dependants.ts';
import { realTiming } from '../timing.ts';
import { runStateWords } from '../../domain/observation/words.ts';

/**
 * Changes of one service. Each reads the service, changes only what differs, and proves the change
 * by reading again, because tool output lies (Q169476, Q174648). So each may be made again after it
 * was cut off.
 */

/** Real time a service may need to stop or start before the step counts as failed. */
const settleDeadlineMs = 30_000;
const pollEveryMs = 50;

/** The service. Fails when no service of this name is installed. */
export async function readService(context: StepContext, service: string): Promise<GatewayResult<Service>> {
  const found = await findService(context, service);
  if (!found.ok) return found;
  return found.value === null
    ? failed(`error 1060: there is no service ${service}`)
    : { ok: true, value: found.value };
}

/** The service, with all running services that depend on it, in an order for stopping them. */
export async function readWithDependants(
  context: StepContext,
  service: string,
): Promise<GatewayResult<Service>> {
  const found = await readService(context, service);
  return found.ok ? withDependants((name) => findService(context, name), found.value) : found;
}

/** The service with all settings that must not be lost; null = no such service is installed. */
export function findService(
  { gateway, change, rules }: StepContext,
  service: string,
): Promise<GatewayResult<Service | null>> {
  const { relocatable } = rules.product;
  // The name may come from a client: `constructor` is no service that the profile knows.
  const known = Object.hasOwn(relocatable, service.toLowerCase())
    ? relocatable[service.toLowerCase()]
    : undefined;
  return gateway.readService(change.target, service, change.signal, known?.keys ?? []);
}

/**
 * Changes settings of the service. The service control manager keeps the rest, including the
 * account and its password.
 */
export async function configureService(
  context: StepContext,
  service: string,
  settings: ServiceSettings,
): Promise<GatewayResult<void>> {
  const hasThem = (now: Service): boolean =>
    now.startType === (settings.startType ?? now.startType) &&
    (settings.imagePath === undefined || (now.imagePath === settings.imagePath && isSameType(now, settings)));
  const now = await readService(context, service);
  if (!now.ok) return now;
  if (hasThem(now.value)) return ok(undefined);
  const set = await context.gateway.configureService(context.change, service, settings);
  if (!set.ok) return set;
  const after = await readService(context, service);
  if (!after.ok) return after;
  const { startType, imagePath } = after.value;
  return hasThem(after.value)
    ? ok(undefined)
    : failed(`${service} still has start type ${startType} and image path ${imagePath}`);
}

/**
 * The type of a path decides only whether its `%` are variables. Without one both types mean the
 * same path, and a service control manager may write either (Wine's writes REG_EXPAND_SZ).
 */
const isSameType = (now: ServiceSettings, wanted: ServiceSettings): boolean =>
  now.pathType === wanted.pathType || wanted.imagePath?.includes('%') !== true;

/**
 * Stops the service. Services that depend on it are stopped first, as far as the pre-image names
 * them, because only those are started again. A service that is being reinstalled may be missing;
 * then it counts as stopped.
 */
export async function stopService(
  context: StepContext,
  { service, by }: Pick<PreImage, 'service' | 'by'>,
): Promise<GatewayResult<void>> {
  const stopped = await stopAll(context, service);
  if (stopped.ok || by !== 'reinstall') return stopped;
  const now = await findService(context, service.name);
  return now.ok && now.value === null ? ok(undefined) : stopped;
}

/** How often the client is asked again which services depend on one that it does not stop. */
const askedAgainAtMost = 3;

/**
 * Stops the recorded dependants in their recorded order, then the service. One of them may run
 * again meanwhile, or depend on another one in a way that the record does not know: where Windows
 * refuses because of a dependant (error 1051), the order is asked for again.
 */
async function stopAll(context: StepContext, { name, neededBy = [] }: Service): Promise<GatewayResult<void>> {
  let stopped = await stopInOrder(context, [...neededBy, name]);
  for (let asked = 0; asked < askedAgainAtMost && isNeededByAnother(stopped); asked += 1) {
    const graph = await readWithDependants(context, name);
    if (!graph.ok) return graph;
    const running = graph.value.neededBy ?? [];
    const recorded = new Set(neededBy.map(keyOf));
    const others = running.filter((each) => !recorded.has(keyOf(each)));
    if (others.length > 0)
      return failed(`error 1051: ${others.join(', ')}, started since, depends on ${name} and is left alone`);
    stopped = await stopInOrder(context, [...running, name]);
  }
  return stopped;
}

async function stopInOrder(context: StepContext, names: readonly string[]): Promise<GatewayResult<void>> {
  for (const name of names) {
    const stopped = await stopOne(context, name);
    if (!stopped.ok) return stopped;
  }
  return ok(undefined);
}

const isNeededByAnother = (stopped: GatewayResult<void>): boolean =>
  !stopped.ok && stopped.error.kind === 'failed' && stopped.error.message.startsWith('error 1051');

async function stopOne(context: StepContext, service: string): Promise<GatewayResult<void>> {
  const now = await readService(context, service);
  if (!now.ok) return now;
  if (now.value.state === 'running') {
    const stopped = await context.gateway.stopService(context.change, service);
    if (!stopped.ok) return unlessOnItsWay(context, service, 'stopPending', 'stopped', stopped);
  }
  return untilState(context, service, 'stopped');
}

/**
 * Starts the service, and the services that were stopped before it, when it ran before the
 * procedure. Else leaves it stopped.
 */
export async function startLikeBefore(
  context: StepContext,
  { service }: Pick<PreImage, 'service'>,
): Promise<GatewayResult<void>> {
  if (stateBefore({ service }) === 'stopped') return ok(undefined);
  const started = await startOne(context, service.name);
  if (!started.ok) return started;
  for (const dependant of (service.neededBy ?? []).toReversed()) {
    const again = await startOne(context, dependant);
    if (!again.ok) return again;
  }
  return ok(undefined);
}

async function startOne(context: StepContext, service: string): Promise<GatewayResult<void>> {
  const now = await readService(context, service);
  if (!now.ok) return now;
  if (now.value.state === 'stopPending') {
    const stopped = await untilState(context, service, 'stopped');
    if (!stopped.ok) return stopped;
  }
  if (now.value.state === 'stopped' || now.value.state === 'stopPending') {
    const started = await context.gateway.startService(context.change, service);
    if (!started.ok) return unlessOnItsWay(context, service, 'startPending', 'running', started);
  }
  return untilState(context, service, 'running');
}

/**
 * A tool gives up on a service that needs long (error 2186, Q178662), and the service gets there
 * all the same. So the refusal counts only when the service is not on its way.
 */
async function unlessOnItsWay(
  context: StepContext,
  service: string,
  onItsWay: ServiceRunState,
  state: ServiceRunState,
  refusal: { readonly ok: false; readonly error: GatewayFailure },
): Promise<GatewayResult<void>> {
  if (refusal.error.kind !== 'failed') return refusal;
  const now = await readService(context, service);
  if (!now.ok) return now;
  return now.value.state === onItsWay || now.value.state === state
    ? untilState(context, service, state)
    : refusal;
}

/**
 * Reads the service until it is in this state. Any other state that is not a pending one is a
 * failure.
 */
async function untilState(
  context: StepContext,
  service: string,
  state: ServiceRunState,
): Promise<GatewayResult<void>> {
  const { timing = realTiming } = context;
  const deadline = timing.realNow() + settleDeadlineMs;
  for (;;) {
    const now = await readService(context, service);
    if (!now.ok) return now;
    if (now.value.state === state) return ok(undefined);
    if (now.value.state !== 'startPending' && now.value.state !== 'stopPending') {
      return failed(`${service} is ${runStateWords[now.value.state]}, not ${runStateWords[state]}`);
    }
    if (timing.realNow() > deadline)
      return failed(
        `${service} is still ${runStateWords[now.value.state]} after ${settleDeadlineMs / 1000} s`,
      );
    if (context.change.signal.aborted) return err({ kind: 'cutOff', message: 'the lease was lost' });
    await timing.pause(pollEveryMs, context.change.signal);
  }
}

/** Every service that was stopped with this one runs again. */
export async function proveDependantsRun(
  context: StepContext,
  preImage: Pick<PreImage, 'service'>,
): Promise<GatewayResult<void>> {
  for (const dependant of preImage.service.neededBy ?? []) {
    const now = await readService(context, dependant);
    if (!now.ok) return now;
    if (now.value.state !== 'running')
      return failed(`${dependant}, which depends on it, is ${runStateWords[now.value.state]}`);
  }
  return ok(undefined);
}

/** The state that the service had before the procedure; a pending one counts as where it led to. */
export const stateBefore = ({ service }: Pick<PreImage, 'service'>): ServiceRunState =>
  service.state === 'running' || service.state === 'startPending' ? 'running' : 'stopped';

/** Each setting of the service that differs from the wanted one, in words. */
export function differences(now: Service, wanted: Service): readonly string[] {
  return [
    now.imagePath === wanted.imagePath ? '' : `image path ${now.imagePath}`,
    isSameType(now, wanted) ? '' : `image path of type ${now.pathType ?? 'REG_EXPAND_SZ'}`,
    now.startType === wanted.startType ? '' : `start type ${now.startType}`,
    now.account === wanted.account ? '' : `account ${now.account}`,
    now.dependsOn.join() === wanted.dependsOn.join() ? '' : `dependencies ${now.dependsOn.join(', ')}`,
    ...Object.entries(wanted.kept ?? {}).map(([name, value]) => {
      const is = now.kept?.[name];
      return is === value ? '' : `${name} ${is ?? 'is gone'}`;
    }),
  ].filter((each) => each !== '');
}

export const failed = (message: string): { readonly ok: false; readonly error: GatewayFailure } =>
  err({ kind: 'failed', message });
