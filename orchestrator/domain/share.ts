import type { Share } from '../../shared/domain/campaign/definition.ts';
import { nameOf } from '../../shared/domain/campaign/machine.ts';
import { spread } from '../../shared/domain/rules/backoff.ts';

/**
 * Where a client stands among all clients with this seed, from 0 to less than 100. The order of the
 * fleet file and the other clients do not matter. `docs/campaigns.md` defines the number, so it
 * must never change.
 */
export const standingOf = (seed: string, client: string): number => spread(seed, nameOf(client)) * 100;

/** Tells which clients belong to a share. A larger one with the same seed has them, too. */
export const sharing =
  ({ percent, seed }: Share): ((candidate: { readonly client: string }) => boolean) =>
  ({ client }) =>
    standingOf(seed, client) < percent;
