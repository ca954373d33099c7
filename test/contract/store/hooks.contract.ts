import { describe, expect, test } from 'vitest';
import type { HookRun } from '../../../shared/domain/campaign/hooks.ts';
import { sha256 } from '../../../shared/evidence.ts';
import { entry } from './fixtures.ts';
import type { Given } from './store-fixture.ts';

const running: HookRun = {
  hook: 'before-campaign',
  state: 'running',
  since: 1,
  owner: 'host/1/a',
  runs: 1,
  because: 'notify runs',
};
const output = { sha256: sha256('told them'), text: 'told them' };

export const hooksContract = (given: Given): void => {
  describe('hooks', () => {
    test('are written by compare-and-set, with the audit entry and what their command printed', async () => {
      const { store } = given();
      expect(await store.hookRuns('sp4')).toEqual([]);
      expect(await store.commitHookRun('sp4', running, 0, entry('sp4', null, 'runs'), [])).toBe(true);
      expect(await store.commitHookRun('sp4', running, 0, entry('sp4', null, 'runs twice'), [])).toBe(false);
      const gone: HookRun = { ...running, state: 'go', because: 'exit code 0', output: output.sha256 };
      const audit = { ...entry('sp4', null, 'went'), evidence: output.sha256 };
      expect(await store.commitHookRun('sp4', gone, 1, audit, [output])).toBe(true);
      expect(await store.commitHookRun('sp4', running, 1, entry('sp4', null, 'too late'), [])).toBe(false);
      expect(await store.hookRuns('sp4')).toEqual([{ version: 2, run: gone }]);
      expect(await store.hookRuns('sp5')).toEqual([]);
      expect(await store.readEvidence(output.sha256)).toBe(output.text);
    });
  });
};
