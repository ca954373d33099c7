import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import { isUpToDate } from '../../shared/domain/outcome/ending.ts';
import { endedMarked } from '../../shared/domain/upgrade/count-upgrade.ts';
import {
  changeMemory,
  type FormerEnding,
  newMemory,
  type MemoryChange,
} from '../../shared/domain/upgrade/memory.ts';
import { openHook } from '../../shared/domain/upgrade/open-hook.ts';
import { phaseWords } from '../../shared/domain/upgrade/phase-words.ts';
import {
  newUpgrade,
  type Phase,
  type Upgrade,
  type UpgradeState,
} from '../../shared/domain/upgrade/state.ts';
import { stillMarked } from '../../shared/domain/outcome/counters.ts';

/**
 * A settled upgrade that a person reopens: it begins its next attempt, or the reason why it does
 * not.
 */
export type Reopening =
  | { readonly kind: 'reopened'; readonly upgrade: Upgrade; readonly because: string }
  | { readonly kind: 'refused'; readonly because: string };

/**
 * Begins the next attempt, with a look and new budgets. What servpack did on the client stays
 * known.
 */
export function retry(upgrade: Upgrade, reason: string): Reopening {
  const { state } = upgrade;
  if (state.phase !== 'settled') return refused(notFinished(state.phase));
  if (isUpToDate(state.end)) return refused(`there is nothing to retry: ${state.because}`);
  // The next attempt has hooks of its own, so that of this one would never run.
  if (openHook(upgrade) !== null)
    return refused(
      'its hook after-client has not ended; retry the client when it has. While the campaign is paused no such hook begins',
    );
  // Without the mark the client would be marked and restarted again, and an abort would not name
  // it.
  const change = { open: { mark: upgrade.memory.open.mark }, learned: { unmark: null } };
  return reopened(upgrade, change, `retried: ${reason}`);
}

/**
 * Why a client is not tried again yet: its wave is not open, and it would begin before its wave.
 * Such a client was skipped before its turn. Null = it may be tried; an ended campaign has no turn
 * left to wait for.
 */
export function whyTooEarly({ definition, state }: Campaign, wave: number): string | null {
  if (state.status === 'ended') return null;
  if (!('openWaves' in state))
    return 'the campaign is not started yet, and the client would begin as soon as it is; retry it when its wave is open';
  if (wave < state.openWaves) return null;
  return `its wave ${definition.waves[wave]?.name ?? ''} is not open yet, and the client would begin before its wave; retry it when the wave is open`;
}

/**
 * Begins an attempt that relocates the service back to its original path. How the upgrade ended
 * stays.
 */
export function undo(upgrade: Upgrade, by: string, reason: string): Reopening {
  const { state, memory } = upgrade;
  if (state.phase !== 'settled') return refused(notFinished(state.phase));
  if (memory.learned.beforeRelocation === null)
    return refused(
      'servpack has relocated no service of the client, and undo takes back nothing else; ' +
        'to go back to older files, stage the older release and roll it out',
    );
  const request = { kind: 'undo', by, reason, ending: former(state) } as const;
  return reopened(upgrade, { request, ...asBefore(memory) }, `to be moved back: ${reason}`);
}

/**
 * Begins an attempt that takes back the mark of a client. How the upgrade ended, and what was tried
 * until then, stays.
 */
export function unmark(upgrade: Upgrade, reason: string): Reopening {
  const { state } = upgrade;
  if (state.phase !== 'settled') return refused(notFinished(state.phase));
  if (!endedMarked(upgrade)) return refused('the client is not marked');
  const request = { kind: 'unmark', ending: former(state), because: `unmarked by ${reason}` } as const;
  return reopened(upgrade, { request, ...asBefore(upgrade.memory) }, `to be unmarked: ${reason}`);
}

const notFinished = (phase: Phase): string => `the client is not finished: its state is ${phaseWords[phase]}`;

/** What was tried so far, and the mark, stay known where no new attempt at the upgrade begins. */
const asBefore = ({ open: { mark }, history }: Upgrade['memory']): MemoryChange => ({
  open: { mark },
  history,
});

/** Earlier versions gave a marked client a cause that said so, in place of its own. */
function former({ end, cause, because, blockers, at }: Settled): FormerEnding {
  const own = end === 'skipped' ? 'by hand' : 'campaign aborted';
  return { end, cause: cause === stillMarked ? own : cause, because, blockers, at };
}

type Settled = Extract<UpgradeState, { phase: 'settled' }>;

function reopened(upgrade: Upgrade, change: MemoryChange, because: string): Reopening {
  const { learned, open } = upgrade.memory;
  const { workaround, replacing, unfinished } = open;
  const kept = changeMemory(newMemory, {
    open: { workaround, replacing, unfinished },
    learned: { ...learned, sightings: {}, watched: {}, lastLook: null },
  });
  return {
    kind: 'reopened',
    upgrade: {
      ...newUpgrade(upgrade.client, upgrade.wave, upgrade.logonServer),
      attempt: upgrade.attempt + 1,
      memory: changeMemory(kept, change),
    },
    because,
  };
}

const refused = (because: string): Reopening => ({ kind: 'refused', because });
