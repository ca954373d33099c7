import { attemptAt } from '../../shared/domain/remediation/escalation-steps.ts';
import { changeMemory, type MemoryChange, type PendingRestart } from '../../shared/domain/upgrade/memory.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import {
  awaitingOf,
  type Campaign,
  type CampaignState,
  rebuilder,
} from '../../shared/domain/campaign/campaign.ts';

/**
 * An upgrade as a rebuild from the audit restores it. What was done on the client after the end of
 * the audit is not known, so a look follows. The attempt stays the same, budgets stay spent, and
 * the original settings of a service are kept. The look finds an open procedure by its intent. A
 * settled upgrade stays settled.
 * @param now policy time of the rebuild
 */
export function rebuiltUpgrade(upgrade: Upgrade, now: number): Upgrade {
  const { state, memory } = upgrade;
  if (state.phase === 'settled') return upgrade;
  const { restart } = memory.open;
  const present = changeMemory(memory, { open: { restart: restart && withNewDeadline(restart, now) } });
  return { ...upgrade, state: { phase: 'looking' }, memory: changeMemory(present, notKnown(upgrade, now)) };
}

/** What was about to begin when the audit ended may have been done, or not. */
function notKnown({ state, memory }: Upgrade, now: number): MemoryChange {
  switch (state.phase) {
    case 'marking':
    case 'updating':
      return { open: { unanswered: true } };
    case 'notifying':
      // As after a lost worker: a second notice is worse than to count the notice from now.
      return { history: { notifiedAt: now } };
    case 'remedying': {
      const { journal } = state;
      // A procedure that was about to be recorded was not tried, unless the client has its intent.
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

/** Nothing looked at the client meanwhile, so it gets the same time again to come back. */
const withNewDeadline = (restart: PendingRestart, now: number): PendingRestart => ({
  ...restart,
  taken: null,
  deadline: Math.max(restart.deadline, now + (restart.deadline - restart.orderedAt)),
  silentAt: now,
});

/**
 * A campaign as a rebuild from the audit restores it. A running campaign is paused, and so is the
 * start of a campaign that waits for its start: a pause or an abort after the end of the audit is
 * not known. A person resumes the campaign.
 * @param end how far the audit goes, in words
 */
export function rebuiltCampaign(campaign: Campaign, end: string, now: number): Campaign {
  // A removal that the audit does not end is undone: its records are there.
  const { removal: _removal, memberChange: _change, ...standing } = campaign;
  const state = withoutLostLooks(campaign.state);
  const rebuilt = { ...standing, state, rebuiltAt: now };
  const since = `rebuilt from the audit at ${isoOf(now)}; ${end}`;
  const awaiting = awaitingOf(state);
  if (awaiting !== null && awaiting.paused === undefined) {
    const paused = { by: rebuilder, because: `${since}; resume the start if it is still wanted`, at: now };
    return { ...rebuilt, state: { ...awaiting, paused } };
  }
  if (state.status !== 'running') return rebuilt;
  const because = `${since}; look at the clients, then resume`;
  return {
    ...rebuilt,
    state: { ...state, status: 'paused', pausedAt: now, byGate: false, by: rebuilder, because },
  };
}

/**
 * The survey that looked at the upgraded clients of a wave is lost, and no client answers to it any
 * more. The looks are made again, so no client is of unknown health because of the loss.
 */
function withoutLostLooks(state: CampaignState): CampaignState {
  if (!('health' in state) || state.health === undefined || state.health.survey === null) return state;
  const { health: _lost, ...left } = state;
  return left;
}

/** The campaign with waves as large as these clients make them: some may have joined or left. */
export const sizedBy = (campaign: Campaign, picks: readonly { readonly wave: number }[]): Campaign => ({
  ...campaign,
  waveSizes: campaign.waveSizes.map((_, wave) => picks.filter((pick) => pick.wave === wave).length),
});
