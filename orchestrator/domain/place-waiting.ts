import type { CampaignDefinition, Client } from '../../shared/domain/campaign/definition.ts';
import { inOrder, split } from './plan-waves.ts';

/** How far a campaign is, when its waiting clients are distributed again. */
export interface Progress {
  /** Waves that have been opened: their clients stay. */
  readonly openWaves: number;
  /** Clients in the whole campaign, of which `percent` is a share. */
  readonly total: number;
  /** By wave: clients that do not wait there any more. */
  readonly done: readonly number[];
}

/** Waiting clients by wave, and how many no wave has room for. */
export interface Placement {
  readonly waves: readonly (readonly Client[])[];
  readonly left: number;
}

/**
 * Distributes the clients that wait in waves which are not open yet to the waves of this
 * definition that are not open, as `planWaves` does: in the order that follows from the seed, each
 * to the first wave that fits. Clients of open waves are none of its business.
 */
export function placeWaiting(
  definition: CampaignDefinition,
  clients: readonly Client[],
  { openWaves, total, done }: Progress,
): Placement {
  let free = inOrder(definition, clients);
  const waves = definition.waves.map(({ size }, wave) => {
    if (wave < openWaves) return [];
    const { taken, others } = split(free, size, total, done[wave] ?? 0);
    free = others;
    return taken;
  });
  return { waves, left: free.length };
}
