import type { Plan } from './plan-waves.ts';

/** What of a selection has no effect: a sentence each. */
export const selectionWarnings = (excluded: Plan['excluded']): readonly string[] =>
  excluded
    .filter(({ clients }) => clients.length === 0)
    .map(({ exclusion }) => `exclude: "${exclusion.reason}" leaves out no client that is selected`);
