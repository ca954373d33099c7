import { phaseWords } from '../../shared/domain/upgrade/phase-words.ts';
import type { Bucket } from '../../shared/domain/outcome/counters.ts';

/** The head of a state's column, as every table and every chart says it. */
export const bucketWords: Readonly<Record<Bucket, string>> = {
  waiting: 'waiting',
  active: 'active',
  restarting: 'restarting',
  deferred: 'deferred',
  remedying: 'fixing',
  upgraded: 'upgraded',
  alreadyCurrent: 'already current',
  excluded: 'excluded',
  skipped: 'skipped',
  failed: 'failed',
  needsAttention: 'attention',
  cancelled: 'cancelled',
};

/** Words for the states that JSON gives a technical name. */
const stateWords: Readonly<Record<string, string>> = {
  ...phaseWords,
  needsAttention: 'needs attention',
  alreadyCurrent: 'already current',
  waitingForRelease: 'waiting for its release',
  going: 'not halted',
  inProgress: 'in progress',
  notOk: 'not ok',
};

/** The word on the screen for a state, or an end, of a client or a campaign. */
export const stateWord = (state: string): string =>
  Object.hasOwn(stateWords, state) ? (stateWords[state] ?? state) : state;
