import type { Phase } from './state.ts';

/** The state of a client, as every screen and every message says it. */
export const phaseWords: Readonly<Record<Phase, string>> = {
  looking: 'looking',
  marking: 'marking',
  unmarking: 'unmarking',
  updating: 'updating',
  ordering: 'ordering a restart',
  restarting: 'restarting',
  notifying: 'notifying',
  deferred: 'deferred',
  remedying: 'fixing',
  settled: 'finished',
};
