import { describeOpenProcedure } from '../shared/domain/upgrade/restart.ts';
import type { Upgrade } from '../shared/domain/upgrade/state.ts';

/** Drivers that may be lost on one upgrade in a row, without a single commit between, before a person is called. */
export const crashesAtMost = 10;

/**
 * The upgrade that every worker dies on: it needs attention instead of a slot for ever. What stands open on the client is named, and
 * the next look there ends it.
 */
export function giveUpAfterCrashes(upgrade: Upgrade, crashes: number, now: number): Upgrade {
  const { state } = upgrade;
  const open =
    state.phase === 'remedying'
      ? `; a ${state.journal.procedure} stands unfinished on the client`
      : describeOpenProcedure(upgrade);
  const because = `${crashes} workers in a row were lost while it was ${state.phase}; their logs say why${open}`;
  return {
    ...upgrade,
    state: {
      phase: 'settled',
      at: now,
      end: 'needsAttention',
      cause: 'workers are lost on it',
      because,
      blockers: [],
    },
  };
}
