import type { Release } from '../../shared/domain/campaign/definition.ts';

/** Staged, and not withdrawn since. */
export const isUsable = (release: Release | null): boolean =>
  release !== null && release.withdrawn === undefined;
