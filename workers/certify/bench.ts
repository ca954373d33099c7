import type { Service } from '../../shared/domain/observation/observation.ts';
import type { ClientLook, LookRequest } from '../../shared/products/client-look.ts';
import type { Change, Gateway, GatewayResult, Target } from '../gateways/gateway.ts';

/** What points are tried on: a machine that can be spared, and what of it may be touched. */
export interface Bench {
  readonly gateway: Gateway;
  readonly target: Target;
  readonly request: LookRequest;
  /** A file of the component directory that is only read; null when the directory holds none that is known. */
  readonly file: string | null;
  /** A service that may be stopped, moved and started; its settings are put back. Null = none may be touched. */
  readonly service: string | null;
  /** A folder that is ours: it is made, and gone afterwards. */
  readonly folder: string;
  /** A file of this host, and its SHA-256. */
  readonly local: { readonly path: string; readonly sha256: string };
  /** Newer than any fence that the machine has seen. */
  readonly counter: number;
  readonly signal: AbortSignal;
  /** Lets the machine get on a little. */
  readonly breathe: () => Promise<void>;
}

/** Says in one sentence what was not as it should be. */
export class Different extends Error {}

/** Longer than a service takes to stop and to start. What is put back is put back also when nobody waits any more. */
const puttingBackMs = 5 * 60_000;

/** The same bench for putting things back, whether the trial was given up or not. */
export const puttingBack = (bench: Bench): Bench => ({
  ...bench,
  signal: AbortSignal.timeout(puttingBackMs),
});

/** The value of a good answer. */
export async function good<T>(answer: Promise<GatewayResult<T>>): Promise<T> {
  const result = await answer;
  if (result.ok) return result.value;
  throw new Different(`${result.error.kind}: ${result.error.message}`);
}

export async function refused(
  answer: Promise<GatewayResult<unknown>>,
  kind: string,
  what: string,
): Promise<void> {
  const result = await answer;
  const said = result.ok ? 'it was done' : result.error.kind;
  if (said !== kind) throw new Different(`${what}: ${said}, must be ${kind}`);
}

export function same(found: unknown, wanted: unknown, what: string): void {
  const [is, must] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (is !== must) throw new Different(`${what} is ${is}, must be ${must}`);
}

/** A change by the driver of this run, or by another one. */
export const by = ({ target, counter, signal }: Bench, owner = 'certify', more = 0): Change => ({
  target,
  fence: { counter: counter + more, owner },
  signal,
});

export const look = ({ gateway, target, request, signal }: Bench): Promise<ClientLook> =>
  good(gateway.look(target, request, signal));

export const hashOf = ({ gateway, target, signal }: Bench, path: string): Promise<string | null> =>
  good(gateway.hashFile(target, path, signal));

export async function serviceOf({ gateway, target, signal }: Bench, name: string): Promise<Service> {
  const service = await good(gateway.readService(target, name, signal));
  if (service === null) throw new Different(`there is no service ${name}`);
  return service;
}

/** Brings our file to a place on the machine. */
export const bring = (bench: Bench, to: string): Promise<void> =>
  good(bench.gateway.uploadFile(by(bench), bench.local.path, to));

export const remove = (bench: Bench, path: string): Promise<void> =>
  good(bench.gateway.removeFile(by(bench), path));
