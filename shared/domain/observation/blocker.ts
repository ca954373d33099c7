import { directoryOf, isInside } from './image-path.ts';
import type { Observation, RunningProcess, Service, StartType } from './observation.ts';
import type { ProductRules } from '../rules/policy.ts';

/** What stands in the way of the update: who it is, since when, and whether waiting can clear it. Never a boolean. */
export type Blocker =
  | {
      readonly kind: 'service';
      readonly executable: string;
      readonly imagePath: string;
      readonly pid: number;
      readonly since: number;
      readonly service: string;
      readonly startType: StartType;
      /** Starts by itself out of the component directory: waiting can not clear it (Q168463). */
      readonly structural: boolean;
    }
  | {
      readonly kind: 'program';
      readonly executable: string;
      readonly imagePath: string;
      readonly pid: number;
      readonly since: number;
      readonly session: number;
      readonly user: string;
    }
  | { readonly kind: 'heldFile'; readonly file: string }
  | { readonly kind: 'couldNotLook'; readonly error: string };

export type ServiceBlocker = Extract<Blocker, { kind: 'service' }>;

/** The same for the same trouble on every client and at every look, so that sightings and rankings can be counted. */
export function fingerprint(blocker: Blocker): string {
  switch (blocker.kind) {
    case 'service':
      return `service ${blocker.service.toLowerCase()} (${blocker.executable})`;
    case 'program':
      return `program ${blocker.executable}`;
    case 'heldFile':
      return `file ${blocker.file}`;
    case 'couldNotLook':
      return 'could not look';
  }
}

/** In plain words, for `client why`. */
export function describeBlocker(blocker: Blocker): string {
  switch (blocker.kind) {
    case 'service': {
      const structural = blocker.structural ? ' (structural: it runs again after every start)' : '';
      return (
        `${blocker.executable}, service ${blocker.service}, ${blocker.startType} start, ` +
        `runs from ${directoryOf(blocker.imagePath)}${structural}`
      );
    }
    case 'program':
      return `${blocker.executable}, started by ${blocker.user} in session ${blocker.session}`;
    case 'heldFile':
      return `${blocker.file} can not be opened for writing, by whom is not known`;
    case 'couldNotLook':
      return `could not look: ${blocker.error}`;
  }
}

/** Blocked = something runs out of the component directory, or a component file can not be written. */
export function blockersOf(product: ProductRules, seen: Observation): readonly Blocker[] {
  const stopped = stoppedForSwap(product, seen);
  // Services live in session 0, and what they have started: it ends with them, or the swap finds its files held and goes back.
  const running = seen.processes
    .filter(
      (process) =>
        stopped === undefined || (process.pid !== stopped.pid && staysBeside(stopped, seen, process)),
    )
    .flatMap((process) => runningBlocker(product, seen, process));
  const explained = new Set(seen.processes.map((process) => process.executable.toLowerCase()));
  const held = seen.locked.filter((file) => stopped === undefined && !explained.has(file.toLowerCase()));
  return [...running, ...held.map((file): Blocker => ({ kind: 'heldFile', file }))];
}

/** The service that a swap is going to stop, while it runs: what it holds is in nobody's way. */
const stoppedForSwap = ({ swap }: ProductRules, { services }: Observation): Service | undefined =>
  services.find(
    ({ name, state }) => name.toLowerCase() === swap?.service?.toLowerCase() && state !== 'stopped',
  );

const staysBeside = (stopped: Service, seen: Observation, process: RunningProcess): boolean =>
  process.session !== 0 || isOfAnother(stopped, seen, process);

const isOfAnother = (stopped: Service, { services }: Observation, { pid }: RunningProcess): boolean =>
  services.some((each) => each.pid === pid && each.name !== stopped.name);

function runningBlocker(product: ProductRules, seen: Observation, process: RunningProcess): Blocker[] {
  const service = seen.services.find((each) => each.pid === process.pid && each.state !== 'stopped');
  const common = {
    executable: process.executable.toLowerCase(),
    imagePath: process.imagePath,
    pid: process.pid,
    since: process.startedAt,
  };
  if (service === undefined) {
    return [{ kind: 'program', ...common, session: process.session, user: process.user }];
  }
  // A cured product updates past its own service: moving it would be for nothing.
  if (isCured(product, seen) && Object.hasOwn(product.relocatable, service.name.toLowerCase())) return [];
  const { name, startType } = service;
  return [
    { kind: 'service', ...common, service: name, startType, structural: isStructural(product, service) },
  ];
}

/** From this service pack on the product no longer blocks itself (Q157677). An unknown one is not cured. */
const isCured = (product: ProductRules, seen: Observation): boolean =>
  product.structuralUntil !== null &&
  seen.servicePack !== null &&
  seen.servicePack >= product.structuralUntil;

/** The seed's fault: image path under the component directory and automatic start. Waiting can not clear it (Q168463). */
const isStructural = (product: ProductRules, { startType, imagePath }: Service): boolean =>
  (startType === 'automatic' || startType === 'delayed') && isInside(imagePath, product.componentDirectory);
