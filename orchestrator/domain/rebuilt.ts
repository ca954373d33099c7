import { attemptAt } from '../../shared/domain/remediation/escalation-steps.ts';
import { changeMemory, type MemoryChange, type PendingRestart } from '../../shared/domain/upgrade/memory.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { type Campaign, rebuilder } from '../../shared/domain/campaign/campaign.ts';

/**
 * An upgrade that was put back from the audit: what was done on the client after the audit's end is not known, so the next thing is a
 * look. Budgets stay spent, the attempt is the same, and what is known of a service's original settings is kept. A procedure that is
 * open on the client is found there by its intent. A settled one stays settled.
 * @param now policy time of the rebuild
 */
export function rebuiltUpgrade(upgrade: Upgrade, now: number): Upgrade {
  const { state, memory } = upgrade;
  if (state.phase === 'settled') return upgrade;
  const { restart } = memory.open;
  const kept = changeMemory(memory, { open: { restart: restart && withNewDeadline(restart, now) } });
  return { ...upgrade, state: { phase: 'looking' }, memory: changeMemory(kept, notKnown(upgrade, now)) };
}

/** What was about to be done when the audit ended may have been done, or not. */
function notKnown({ state, memory }: Upgrade, now: number): MemoryChange {
  switch (state.phase) {
    case 'marking':
    case 'updating':
      return { open: { unanswered: true } };
    case 'notifying':
      // As after a lost worker: telling users twice is worse than counting the notice from now.
      return { history: { notifiedAt: now } };
    case 'remedying': {
      const { journal } = state;
      // What was only about to be recorded is not a step of the ladder that was tried; an intent on the client says otherwise.
      const isBegun = journal.step !== 'record' || journal.direction !== 'forward';
      const escalation = attemptAt(journal.procedure, journal.service);
      return isBegun
        ? {}
        : { history: { tried: memory.history.tried.filter((each) => each !== escalation) } };
    }
    case 'looking':
    case 'ordering':
    case 'restarting':
    case 'deferred':
    case 'unmarking':
    case 'settled':
      return {};
  }
}

/** Nobody looked meanwhile: the client gets as long again to come back. */
const withNewDeadline = (restart: PendingRestart, now: number): PendingRestart => ({
  ...restart,
  taken: null,
  deadline: Math.max(restart.deadline, now + (restart.deadline - restart.orderedAt)),
});

/**
 * A campaign that was put back from the audit. One that ran is paused, so that a person starts it again.
 * @param end how far the audit goes, in words
 */
export function rebuiltCampaign(campaign: Campaign, end: string, now: number): Campaign {
  const rebuilt = { ...campaign, rebuiltAt: now };
  if (campaign.state.status !== 'running') return rebuilt;
  const because = `rebuilt from the audit at ${isoOf(now)}; ${end}; look at the clients, then resume`;
  return {
    ...rebuilt,
    state: { ...campaign.state, status: 'paused', pausedAt: now, byGate: false, by: rebuilder, because },
  };
}
