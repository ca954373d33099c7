import { fingerprint } from '../observation/blocker.ts';
import type { Failure } from '../observation/failure.ts';
import { isFailure, isUpToDate } from '../outcome/ending.ts';
import type { Fact } from '../outcome/facts.ts';
import type { Upgrade, UpgradeState } from './state.ts';

/**
 * What a transition says to the stop rules of the campaign. A client that is tried again brings its
 * facts again: each counts by its newest time.
 * @param failure how the call to the client failed; left out = it did not
 */
export function factsOf(before: Upgrade, after: Upgrade, failure?: Failure['kind']): readonly Fact[] {
  const facts = [...ofState(before, after), ...ofFailure(after.state, failure), ...ofMemory(before, after)];
  const isUpgraded =
    isNewEnd(before, after) && after.state.phase === 'settled' && isUpToDate(after.state.end);
  return facts.length > 0 || isUpgraded ? [...facts, { kind: 'tried' }] : [];
}

const isNewEnd = (before: Upgrade, after: Upgrade): boolean =>
  before.state.phase !== 'settled' && after.state.phase === 'settled';

function ofState(before: Upgrade, after: Upgrade): readonly Fact[] {
  const { state } = after;
  if (state.phase === 'settled')
    return isNewEnd(before, after) && isFailure(state.end) ? [{ kind: 'failed', cause: state.cause }] : [];
  if (!('blockers' in state)) return [];
  const inTheWay = state.blockers.filter(({ kind }) => kind !== 'couldNotLook');
  if (inTheWay.length === 0) return [];
  return [{ kind: 'blocked', cause: [...new Set(inTheWay.map(fingerprint))].sort().join(' + ') }];
}

function ofFailure(state: UpgradeState, failure: Failure['kind'] | undefined): readonly Fact[] {
  if (failure === 'timedOut') return [{ kind: 'timedOut', cause: 'no answer in time' }];
  const isUnreachable = state.phase === 'deferred' && state.class === 'unreachable';
  return failure === 'unreachable' || isUnreachable ? [{ kind: 'unreachable', cause: 'unreachable' }] : [];
}

function ofMemory(before: Upgrade, after: Upgrade): readonly Fact[] {
  const [was, is] = [before.memory.learned, after.memory.learned];
  const isUndone = is.relocation === 'undone' && was.relocation !== 'undone';
  const health = is.health?.at === was.health?.at ? undefined : is.health;
  return [
    ...(isUndone ? [{ kind: 'undone', cause: 'relocation undone' } as const] : []),
    ...(health?.kind === 'unhealthy' ? [{ kind: 'unhealthy', cause: health.because } as const] : []),
  ];
}
