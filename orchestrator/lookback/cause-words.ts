import { waitWords } from '../../shared/domain/rules/wait-words.ts';
import type { Blocker } from '../../shared/domain/observation/blocker.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';

/** What the audit does not say. */
export const unknownCause = 'not in the audit';

/** What the time of an upgrade in this state goes to, in words. */
export function causeOf({ state }: Upgrade): string {
  switch (state.phase) {
    case 'deferred':
      return state.class === 'service' || state.class === 'program' || state.class === 'busy'
        ? blockedBy(state.blockers, state.class)
        : state.class === 'window'
          ? 'outside the windows'
          : waitWords[state.class];
    case 'ordering':
    case 'restarting':
      return 'restarting';
    case 'remedying':
      return 'remediation';
    case 'settled':
      return 'at the gate';
    case 'looking':
    case 'marking':
    case 'unmarking':
    case 'updating':
    case 'notifying':
      return 'at work on the client';
  }
}

/** `blocked by pcmsvc32.exe`; the blocker that stands first. */
function blockedBy(blockers: readonly Blocker[], kind: 'service' | 'program' | 'busy'): string {
  const [first] = blockers;
  if (first === undefined) return waitWords[kind];
  if (first.kind === 'heldFile') return `blocked at ${first.file}`;
  return first.kind === 'couldNotLook' ? waitWords.couldNotLook : `blocked by ${first.executable}`;
}
