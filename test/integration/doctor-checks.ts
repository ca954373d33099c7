import { expect } from 'vitest';
import type { Check } from '../../orchestrator/http/schemas/orchestrator.ts';

/** What the doctor finds wrong, a line for each check. */
export const notOk = (checks: readonly Check[]): readonly string[] =>
  checks.filter(({ state }) => state !== 'ok').map(({ state, area, says }) => `${state}: ${area}: ${says}`);

/**
 * Every check that is not ok says what it leads to and what to do; a check that is ok says
 * neither.
 */
export function expectUseful(checks: readonly Check[]): void {
  const useless = checks.filter(
    ({ state, leadsTo, todo }) => (state === 'ok') !== (leadsTo === null && todo === null),
  );
  expect(useless).toEqual([]);
}
