import type { LookDispatcher } from '../../shared/queues/look-dispatcher.ts';

/** For tests that run no survey. */
export const noLooks: LookDispatcher = {
  add: async () => undefined,
  count: async () => 0,
  withoutJob: async (looks) => looks,
};
