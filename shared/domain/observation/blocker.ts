import { directoryOf, executablePathOf, isInside, isVague } from './image-path.ts';
import type { Observation, RunningProcess, Service, StartType } from './observation.ts';
import type { BlockerClass, ProductRules } from '../rules/policy.ts';

/**
 * What is in the way of the update: which program or file, since when, and whether waiting helps.
 */
export type Blocker =
  | {
      readonly kind: 'service';
      readonly executable: string;
      readonly imagePath: string;
      readonly pid: number;
      readonly since: number;
      readonly service: string;
      readonly startType: StartType;
      /** Starts by itself out of the component directory: waiting does not help (Q168463). */
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

/** The class whose ladder and persistence hold for the blocker. */
export function blockerClass({ kind }: Blocker): BlockerClass {
  switch (kind) {
    case 'service':
    case 'program':
      return kind;
    case 'heldFile':
    case 'couldNotLook':
      return 'file';
  }
}

/**
 * Equal for the same blocker on every client and at every look, so that sightings and rankings can
 * be counted.
 */
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

/** The blocker in words, for `client why`. */
export function describeBlocker(blocker: Blocker): string {
  switch (blocker.kind) {
    case 'service': {
      const structural = blocker.structural
        ? ' (restarting will not help: it starts again with Windows)'
        : '';
      return (
        `${blocker.executable}, service ${blocker.service}, ${blocker.startType} start, ` +
        `runs from ${directoryOf(blocker.imagePath)}${structural}`
      );
    }
    case 'program':
      return `${blocker.executable}, started by ${blocker.user} in session ${blocker.session}`;
    case 'heldFile':
      return `${blocker.file} cannot be opened for writing; which program holds it is not known`;
    case 'couldNotLook':
      return `could not look: ${blocker.error}`;
  }
}

/**
 * What blocks the update: processes that run out of the component directory, and component files
 * that cannot be opened for writing. Empty = the client is free.
 */
export function blockersOf(product: ProductRules, seen: Observation): readonly Blocker[] {
  if (seen.processes.length === 0 && seen.locked.length === 0) return [];
  const stopped = stoppedForSwap(product, seen);
  // Session 0 holds services and what they have started. That ends with the service that the swap
  // stops; else the swap finds its files open, and goes back.
  const running = seen.processes
    .filter(
      (process) =>
        stopped === undefined || (process.pid !== stopped.pid && isNotStoppedWith(stopped, seen, process)),
    )
    .flatMap((process) => runningBlocker(product, seen, process));
  const explained = new Set(seen.processes.map((process) => process.executable.toLowerCase()));
  const held = seen.locked.filter((file) => stopped === undefined && !explained.has(file.toLowerCase()));
  return [...running, ...held.map((file): Blocker => ({ kind: 'heldFile', file }))];
}

/** The running service that a swap stops: the files it has open do not block the swap. */
const stoppedForSwap = ({ swap }: ProductRules, { services }: Observation): Service | undefined =>
  services.find(
    ({ name, state }) => name.toLowerCase() === swap?.service?.toLowerCase() && state !== 'stopped',
  );

const isNotStoppedWith = (stopped: Service, seen: Observation, process: RunningProcess): boolean =>
  process.session !== 0 || runsAnotherService(stopped, seen, process);

const runsAnotherService = (stopped: Service, { services }: Observation, { pid }: RunningProcess): boolean =>
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
  // A cured product updates past its own service: a relocation would be for nothing.
  if (isCured(product, seen) && Object.hasOwn(product.relocatable, service.name.toLowerCase())) return [];
  const { name, startType } = service;
  return [
    {
      kind: 'service',
      ...common,
      service: name,
      startType,
      structural: isStructural(product, service, process),
    },
  ];
}

/**
 * Does the installed service pack no longer block itself (Q157677)? An unknown one counts as not
 * cured.
 */
const isCured = (product: ProductRules, seen: Observation): boolean =>
  product.structuralUntil !== null &&
  seen.servicePack !== null &&
  seen.servicePack >= product.structuralUntil;

/**
 * The fault of Q168463: image path in the component directory and automatic start. Where the image
 * path does not say which file it is, the process does.
 */
function isStructural(product: ProductRules, service: Service, process: RunningProcess): boolean {
  const { startType } = service;
  const path = executablePathOf(service);
  return (
    (startType === 'automatic' || startType === 'delayed') &&
    isInside(isVague(path) ? process.imagePath : path, product.componentDirectory)
  );
}
