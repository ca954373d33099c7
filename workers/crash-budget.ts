import { procedureWords } from '../shared/domain/remediation/procedure-words.ts';
import { describeOpenProcedure } from '../shared/domain/upgrade/memory.ts';
import { phaseWords } from '../shared/domain/upgrade/phase-words.ts';
import { type Upgrade, withMemory } from '../shared/domain/upgrade/state.ts';

/** Workers that may be lost on one upgrade in a row, with no commit between them. */
export const crashesAtMost = 10;

/**
 * Settles an upgrade on which every worker is lost: it needs attention, and gives its slot back.
 * The text names what is unfinished on the client; the next look there finishes it. Pure.
 */
export function giveUpAfterCrashes(upgrade: Upgrade, crashes: number, now: number): Upgrade {
  const { state } = upgrade;
  const unfinished =
    state.phase === 'remedying'
      ? `; a ${procedureWords[state.journal.procedure]} stands unfinished on the client`
      : describeOpenProcedure(upgrade.memory);
  const because = `${crashes} workers in a row were lost in state ${phaseWords[state.phase]}; their logs say why${unfinished}`;
  return {
    ...(state.phase === 'remedying' ? withMemory(upgrade, { open: { unfinished: true } }) : upgrade),
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
