import type { ProductRules } from '../rules/policy.ts';
import type { Observation, Service } from './observation.ts';
import { setupPhaseWords } from './words.ts';

/** What a later look says of an upgraded client. A failed look says neither good nor bad. */
export type Health =
  | { readonly kind: 'healthy' }
  | { readonly kind: 'unhealthy'; readonly because: string }
  | { readonly kind: 'notKnown'; readonly because: string };

export const healthKinds = ['healthy', 'unhealthy', 'notKnown'] as const;

/** What a healthy client has: the files of its release, and the number of the service pack. */
export interface Expected {
  readonly files: Readonly<Record<string, string>>;
  /** Null = the release does not say. */
  readonly servicePack: number | null;
}

/**
 * Is an upgraded client still as its upgrade was proved? Every file must have the hash of the
 * release, nothing may be left to install, the service pack may be no older one, and the services
 * of the product that start by themselves must run. One thing that is wrong makes the client
 * unhealthy; else one thing that the look does not say leaves its health not known.
 */
export function healthOf(product: ProductRules, expected: Expected, seen: Observation): Health {
  const found = [
    filesOf(expected, seen),
    phaseOf(seen),
    servicePackOf(expected, seen),
    ...servicesOf(product, seen),
  ];
  return (
    found.find(({ kind }) => kind === 'unhealthy') ?? found.find(({ kind }) => kind === 'notKnown') ?? healthy
  );
}

const healthy: Health = { kind: 'healthy' };
const unhealthy = (because: string): Health => ({ kind: 'unhealthy', because });
const notKnown = (because: string): Health => ({ kind: 'notKnown', because });

function filesOf({ files }: Expected, seen: Observation): Health {
  const names = Object.entries(files);
  if (names.length === 0) return notKnown('its release names no files');
  const unread: string[] = [];
  for (const [name, sha256] of names) {
    const state = seen.files[name];
    if (state === undefined) unread.push(`the look says nothing of ${name}`);
    else if ('missing' in state) return unhealthy(`${name} is missing`);
    else if ('unreadable' in state) unread.push(`${name} could not be read: ${state.unreadable}`);
    else if (state.sha256 !== sha256) return unhealthy(`${name} is not the file of the release`);
  }
  return unread[0] === undefined ? healthy : notKnown(unread[0]);
}

function phaseOf({ setupPhase, filesNotDownloaded }: Observation): Health {
  if (setupPhase === 'unknown') return notKnown('its setup phase is missing or not understood');
  if (setupPhase !== 'installed' && setupPhase !== 'none')
    return unhealthy(`its setup phase is ${setupPhaseWords[setupPhase]}`);
  if (filesNotDownloaded === null) return notKnown('it does not say whether files are left to download');
  const [first] = filesNotDownloaded;
  return first === undefined ? healthy : unhealthy(`${first} is left to download`);
}

/** A newer service pack is no harm; a product that does not write its number is judged by files. */
const servicePackOf = ({ servicePack }: Expected, seen: Observation): Health =>
  servicePack !== null && seen.servicePack !== null && seen.servicePack < servicePack
    ? unhealthy(`it has service pack ${seen.servicePack}, and the release is service pack ${servicePack}`)
    : healthy;

function servicesOf({ relocatable, swap }: ProductRules, { services }: Observation): readonly Health[] {
  const own = new Set([...Object.keys(relocatable), swap?.service?.toLowerCase()]);
  return services
    .filter(({ name, startType }) => own.has(name.toLowerCase()) && startsByItself(startType))
    .map(({ name, state }) => {
      if (state === 'running') return healthy;
      return state === 'stopped'
        ? unhealthy(`service ${name} starts by itself and does not run`)
        : notKnown(`service ${name} is starting or stopping`);
    });
}

const startsByItself = (startType: Service['startType']): boolean =>
  startType === 'automatic' || startType === 'delayed';
