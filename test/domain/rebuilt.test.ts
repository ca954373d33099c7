import { describe, expect, it } from 'vitest';
import { rebuiltUpgrade, rebuiltCampaign } from '../../orchestrator/domain/rebuilt.ts';
import { attemptAt } from '../../shared/domain/remediation/escalation-steps.ts';
import { isFinishing, placementOf } from '../../shared/domain/upgrade/placement.ts';
import type { Journal } from '../../shared/domain/remediation/procedure.ts';
import type { MemoryChange } from '../../shared/domain/upgrade/memory.ts';
import {
  newUpgrade,
  type Upgrade,
  type UpgradeState,
  withMemory,
} from '../../shared/domain/upgrade/state.ts';
import { decideCampaign } from '../../orchestrator/domain/decide-campaign.ts';
import { campaignOf, pausedState, runningState } from '../contract/store/fixtures.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';

const now = 10_000_000;
const fresh = newUpgrade('pc-1', 0, 'LS-1');
const escalation = attemptAt('relocation', 'PCM');
const journal: Journal = {
  procedure: 'relocation',
  direction: 'forward',
  step: 'record',
  service: 'PCM',
  preImage: null,
  failures: 0,
  ending: null,
  turnedAt: null,
};
const upgradeIn = (state: UpgradeState, open: MemoryChange['open'] = {}): Upgrade => ({
  ...withMemory(fresh, { open, history: { deferrals: { logon: 3 }, tried: [escalation] } }),
  attempt: 2,
  state,
});
const blockers: never[] = [];
const unsettled: readonly UpgradeState[] = [
  { phase: 'looking' },
  { phase: 'marking' },
  { phase: 'updating' },
  { phase: 'unmarking' },
  { phase: 'ordering', cause: 'mark' },
  { phase: 'restarting', nextLook: 5 },
  { phase: 'notifying', blockers },
  { phase: 'deferred', class: 'logon', until: 5, because: 'x', blockers },
  { phase: 'remedying', journal, retryAt: null, blockers },
];

describe('a rebuilt upgrade', () => {
  it.each(unsettled)('begins with a look after $phase', (state) => {
    const before = upgradeIn(state);
    const after = rebuiltUpgrade(before, now);
    expect(placementOf(after)).toEqual({ kind: 'drive', command: { type: 'LookAtClient' } });
    expect(after.attempt).toBe(2);
    expect(after.memory.history.deferrals).toEqual({ logon: 3 });
    expect(rebuiltUpgrade(after, now)).toEqual(after);
  });

  it('stays as it is when it had settled', () => {
    const settled = upgradeIn({
      phase: 'settled',
      at: 1,
      end: 'upgraded',
      cause: 'proved',
      because: 'x',
      blockers,
    });
    expect(rebuiltUpgrade(settled, now)).toBe(settled);
  });

  it('does not know whether its last command was carried out', () => {
    expect(rebuiltUpgrade(upgradeIn({ phase: 'marking' }), now).memory.open.unanswered).toBe(true);
    expect(rebuiltUpgrade(upgradeIn({ phase: 'looking' }), now).memory.open.unanswered).toBe(false);
    expect(rebuiltUpgrade(upgradeIn({ phase: 'notifying', blockers }), now).memory.history.notifiedAt).toBe(
      now,
    );
  });

  it('keeps an escalation whose procedure has begun, and drops one that was only planned', () => {
    const remedying = (step: Journal['step']) =>
      upgradeIn({ phase: 'remedying', journal: { ...journal, step }, retryAt: null, blockers });
    expect(rebuiltUpgrade(remedying('record'), now).memory.history.tried).toEqual([]);
    expect(rebuiltUpgrade(remedying('stop'), now).memory.history.tried).toEqual([escalation]);
  });

  it('gives a restarting client its whole time again, and does not know whether it took the order', () => {
    const restart = { cause: 'mark', orderedAt: 100, bootBefore: 'b', deadline: 600, taken: true } as const;
    const after = rebuiltUpgrade(upgradeIn({ phase: 'restarting', nextLook: 5 }, { restart }), now);
    expect(after.memory.open.restart).toEqual({
      ...restart,
      taken: null,
      deadline: now + 500,
      silentAt: now,
    });
    expect(isFinishing(after)).toBe(true);
  });
});

describe('a rebuilt campaign', () => {
  const end = 'the audit ends at block 7';
  const of = (state: Campaign['state']): Campaign => rebuiltCampaign(campaignOf('sp4', state), end, now);

  it('is paused when it was running, and says why', () => {
    expect(of(runningState(2))).toMatchObject({
      rebuiltAt: now,
      state: {
        status: 'paused',
        by: 'rebuild',
        byGate: false,
        openWaves: 2,
        because: expect.stringContaining(end),
      },
    });
  });

  it('looks again at upgraded clients where the survey that looked at them is lost', () => {
    const looking = { ...runningState(1), health: { wave: 0, at: 7, survey: 'look-7kq2m9x' } };
    expect(of(looking).state).not.toHaveProperty('health');
    expect(of({ ...pausedState, health: looking.health } as Campaign['state']).state).toEqual(pausedState);
    const looked = { ...looking, health: { wave: 0, at: 7, survey: null } };
    expect(of(looked).state).toMatchObject({ health: looked.health });
  });

  it('can be resumed by any person', () => {
    const resumed = { type: 'ResumeRequested', by: 'anna', override: false, counters: {} } as const;
    expect(decideCampaign(of(runningState(2)), resumed, now)).toMatchObject({ kind: 'changed' });
  });

  it.each([{ status: 'scheduled', startAt: now - 1 } as const, { status: 'waitingForRelease' } as const])(
    'does not start by itself when it was $status: a pause after the end of the audit is not known',
    (state) => {
      const rebuilt = of(state);
      expect(rebuilt.state).toMatchObject({
        ...state,
        paused: { by: 'rebuild', at: now, because: expect.stringContaining(end) },
      });
      for (const event of [
        { type: 'StartTimeCame', releaseStaged: true },
        { type: 'ReleaseStaged' },
      ] as const)
        expect(decideCampaign(rebuilt, event, now).kind).toBe('ignored');
      const resumed = { type: 'ResumeRequested', by: 'anna', override: false, counters: {} } as const;
      const startNow = { ...resumed, releaseStaged: true, startNow: true };
      expect(decideCampaign(rebuilt, startNow, now)).toMatchObject({ kind: 'changed', campaign: { state } });
    },
  );

  it('keeps the pause of a start: it is still that of the same person', () => {
    const paused = { by: 'anna', because: 'payroll', at: 1 };
    const state = { status: 'scheduled', startAt: now + 1, paused } as const;
    expect(of(state).state).toEqual(state);
  });

  it('keeps its status when it was not running', () => {
    expect(of({ status: 'created' }).state).toEqual({ status: 'created' });
    expect(of(pausedState).state).toEqual(pausedState);
  });
});
