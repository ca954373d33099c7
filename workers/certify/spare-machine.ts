import type { Service } from '../../shared/domain/observation/observation.ts';
import type { ClientLook, LookRequest } from '../../shared/products/client-look.ts';
import type { Change, Gateway, GatewayResult, Target } from '../../shared/execution/gateway.ts';

/** The machine on which points are tried, and what may be touched on it. */
export interface SpareMachine {
  readonly gateway: Gateway;
  readonly target: Target;
  readonly request: LookRequest;
  /** A file of the component directory, which is only read. Null = no file is known there. */
  readonly file: string | null;
  /** A service that may be stopped, moved and started; it is put back. Null = no service. */
  readonly service: string | null;
  /** A folder for the trial: it is created, and removed afterwards. */
  readonly folder: string;
  /** A file of this host, and its SHA-256. */
  readonly sample: { readonly path: string; readonly sha256: string };
  /** The counter of the trial's fence: newer than any fence that the machine has seen. */
  readonly fenceCounter: number;
  /** Fires when the trial is given up. */
  readonly signal: AbortSignal;
  /** Waits a little between two looks at a machine that restarts. */
  readonly wait: () => Promise<void>;
}

/** One promise of every gateway and every client that an upgrade relies on. */
export interface Point {
  readonly says: string;
  /** What must be allowed before the point is tried. */
  readonly needs: 'reading' | 'changes' | 'service' | 'restart';
  /** Throws `Mismatch` where the machine does something else. */
  readonly try: (machine: SpareMachine) => Promise<void>;
}

/** Says in one sentence what was found instead of the promise. */
export class Mismatch extends Error {}

/** Longer than a service takes to stop and to start. */
const putBackWithinMs = 5 * 60_000;

/**
 * The same machine with a signal of its own: what the trial has changed is put back also when the
 * trial was given up.
 */
export const forPuttingBack = (machine: SpareMachine): SpareMachine => ({
  ...machine,
  signal: AbortSignal.timeout(putBackWithinMs),
});

/** The value of a call that must succeed. Throws `Mismatch` when it fails. */
export async function valueOf<T>(call: Promise<GatewayResult<T>>): Promise<T> {
  const result = await call;
  if (result.ok) return result.value;
  throw new Mismatch(`${result.error.kind}: ${result.error.message}`);
}

/** Throws `Mismatch` unless the call fails with this kind of failure. */
export async function expectRefused(
  call: Promise<GatewayResult<unknown>>,
  kind: string,
  what: string,
): Promise<void> {
  const result = await call;
  const found = result.ok ? 'it was done' : result.error.kind;
  if (found !== kind) throw new Mismatch(`${what}: ${found}, must be ${kind}`);
}

/** Throws `Mismatch` unless both values are the same as JSON. */
export function expectSame(found: unknown, wanted: unknown, what: string): void {
  const [is, must] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (is !== must) throw new Mismatch(`${what} is ${is}, must be ${must}`);
}

/**
 * A change by the driver of this trial, or by another one.
 * @param more added to the fence counter: less than 0 = an older driver
 */
export const changeBy = (
  { target, fenceCounter, signal }: SpareMachine,
  owner = 'certify',
  more = 0,
): Change => ({
  target,
  fence: { counter: fenceCounter + more, owner },
  signal,
});

export const look = ({ gateway, target, request, signal }: SpareMachine): Promise<ClientLook> =>
  valueOf(gateway.look(target, request, signal));

export const hashOf = ({ gateway, target, signal }: SpareMachine, path: string): Promise<string | null> =>
  valueOf(gateway.hashFile(target, path, signal));

/** The service, which must be there. */
export async function serviceOf({ gateway, target, signal }: SpareMachine, name: string): Promise<Service> {
  const service = await valueOf(gateway.readService(target, name, signal));
  if (service === null) throw new Mismatch(`there is no service ${name}`);
  return service;
}

/** Brings the sample to a path on the machine. */
export const bring = (machine: SpareMachine, to: string): Promise<void> =>
  valueOf(machine.gateway.uploadFile(changeBy(machine), machine.sample.path, to));

export const remove = (machine: SpareMachine, path: string): Promise<void> =>
  valueOf(machine.gateway.removeFile(changeBy(machine), path));
