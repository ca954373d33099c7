import { progressOf, titleOf } from '../../shared/domain/remediation/procedure-words.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import type { RestartCause } from '../../shared/domain/upgrade/memory.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';

/**
 * Why an admitted client is in its state, in words.
 * @param failure why the present step of a procedure failed last
 */
export function becauseOf({ state, memory }: Upgrade, failure: string | null): string {
  switch (state.phase) {
    case 'looking':
      return 'the next step is a look at it';
    case 'marking':
      return 'nothing is in the way: it is being marked for the update';
    case 'unmarking':
      return 'its mark is being removed';
    case 'updating':
      return 'nothing is in the way: the update runs';
    case 'ordering':
      return `a restart is being ordered, because of ${restartCauses[state.cause]}`;
    case 'restarting':
      return `a restart was ordered at ${isoOf(memory.open.restart?.orderedAt ?? 0)}; no look has proved yet that it has restarted`;
    case 'notifying':
      return 'its users are being notified';
    case 'deferred':
      return state.because;
    case 'remedying': {
      const { direction, failures } = state.journal;
      const failed = failures === 0 ? '' : `, failed ${failures}x in a row`;
      const way = direction === 'forward' ? '' : ' is being undone';
      return `${titleOf(state.journal)}${way}: ${progressOf(state.journal)}${failed}${failure === null ? '' : `: ${failure}`}`;
    }
    case 'settled':
      return state.because;
  }
}

const restartCauses: Readonly<Record<RestartCause, string>> = {
  mark: 'the mark',
  workaround: 'the workaround',
  pendingRestart: 'a restart that was pending before',
  replacement: 'new files that Windows puts in place at its start',
};
