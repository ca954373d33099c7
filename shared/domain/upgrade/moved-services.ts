import { executableOf, executablePathOf, isSamePath } from '../observation/image-path.ts';
import type { PreImage, Service } from '../observation/observation.ts';
import type { Learned } from './memory.ts';

/**
 * The services of one client that servpack has relocated. More than one service may run out of the
 * component directory, and each keeps the pre-image of its own relocation.
 */

/** The pre-images of the services that are relocated now, the newest relocation first. */
export const movedServices = ({ beforeRelocation, movedEarlier }: Learned): readonly PreImage[] =>
  beforeRelocation === null ? [] : [beforeRelocation, ...movedEarlier.toReversed()];

/**
 * Is this the service of the pre-image, and does its image path lead to its new place? Windows does
 * not tell names of services apart by their case.
 */
export const isWhereMoved = (now: Service, { service, to }: PreImage): boolean =>
  now.name.toLowerCase() === service.name.toLowerCase() &&
  isSamePath(executablePathOf(now), executableOf(to));

/** What is known after the relocation of this service. */
export const withMoved = (learned: Learned, preImage: PreImage): Partial<Learned> =>
  knownOf([...without(learned, preImage.service.name), preImage]);

/** What is known after the way back of this service's relocation. */
export const withoutMoved = (learned: Learned, service: string): Partial<Learned> =>
  knownOf(without(learned, service));

/** The relocations of all other services, the oldest first. */
const without = (learned: Learned, service: string): readonly PreImage[] =>
  movedServices(learned)
    .filter((each) => each.service.name.toLowerCase() !== service.toLowerCase())
    .toReversed();

function knownOf(moved: readonly PreImage[]): Partial<Learned> {
  const newest = moved.at(-1) ?? null;
  return {
    relocation: newest === null ? 'undone' : 'done',
    beforeRelocation: newest,
    movedEarlier: moved.slice(0, -1),
    servicePath: newest?.to ?? null,
  };
}
