import { describe, expect, it } from 'vitest';
import {
  isFull,
  isHeld,
  mayDrive,
  type Standing,
  whyRefused,
  withBegun,
} from '../../orchestrator/domain/store-checks.ts';
import { begin } from '../../orchestrator/proving/commit.ts';
import { scopeOf, firstWorld, withMember } from '../../orchestrator/proving/world.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { FullPlace } from '../../shared/domain/rules/restart-limits.ts';
import { newUpgrade } from '../../shared/domain/upgrade/state.ts';
import { definitionOf, equipmentOf } from '../proving/given.ts';

const definition = definitionOf(`
campaign: checked
release: sms-1.2-sp4
waves: [{ name: all, rest: true }]
budgets: { active: 3, perLogonServer: 2, maxDownloads: 2 }
`);
const client = { client: 'pc-1', host: 'pc-1', logonServer: 'LS-1', zone: 'UTC', labels: [] } as const;
const scope = scopeOf({ definition, equipment: equipmentOf('sms-1.2'), startsAt: 0, faults: 0 });
const world = firstWorld(scope, { clients: [{ ...client, role: 'workstation' }], inOneWave: true });
const hold = { logonServer: 'LS-1', by: 'anna', because: 'its disk is full', at: 0 };

/** A running campaign with these slots in use on LS-1. */
const standing = (slots: number, campaign: Campaign = world.campaign): Standing => ({
  campaign,
  slotsInUse: slots,
  slotsAt: (logonServer) => (logonServer === 'LS-1' ? slots : 0),
  count: () => 0,
  begun: [],
});

const fresh = { finishing: false, logonServer: 'LS-1' };
const finishing = { finishing: true, logonServer: 'LS-1' };
const paused: Campaign = {
  ...world.campaign,
  state: { ...world.campaign.state, status: 'paused', pausedAt: 0, by: 'anna', because: 'lunch' } as never,
};

describe('a job', () => {
  it('begins while there are slots, or its client holds one', () => {
    expect([isFull(standing(1), 'LS-1'), isFull(standing(2), 'LS-1'), isFull(standing(3), 'LS-2')]).toEqual([
      false,
      true,
      true,
    ]);
    expect(mayDrive(standing(1), fresh, false)).toBe(true);
    expect(mayDrive(standing(2), fresh, false)).toBe(false);
    expect(mayDrive(standing(2), fresh, true)).toBe(true);
  });

  it('begins in a paused campaign, and on a held logon server, only to finish', () => {
    const held = { ...world.campaign, holds: [hold] };
    for (const campaign of [paused, held]) {
      expect(mayDrive(standing(0, campaign), fresh, false)).toBe(false);
      expect(mayDrive(standing(0, campaign), finishing, false)).toBe(true);
    }
  });

  it('of a held logon server is parked in a proof, too', () => {
    const admitted = withMember(world, 0, { upgrade: newUpgrade('pc-1', 0, 'LS-1') });
    const placeIn = (holds: readonly (typeof hold)[]): string | undefined =>
      begin(scope, { ...admitted, campaign: { ...admitted.campaign, holds } }, 0).members[0]?.place.is;
    expect(placeIn([])).toBe('driven');
    expect(placeIn([hold])).toBe('parked');
  });
});

describe('a commit that begins something', () => {
  const upgrade = newUpgrade('pc-1', 0, 'LS-1');
  const planned = { ...upgrade, state: { phase: 'marking' } } as typeof upgrade;
  const full = { name: 'server=LS-1' } as unknown as FullPlace;
  const asked = { recorded: fresh, planned, limits: undefined, at: 0, takeRestart: () => null };

  it('is refused where the campaign does not run, and where the client has roamed to a full server', () => {
    expect(whyRefused(standing(2), asked)).toBeNull();
    expect(whyRefused(standing(2, paused), asked)).toEqual({ kind: 'held' });
    expect(isHeld(standing(2), { finishing: false, logonServer: 'LS-2' }, 'LS-1')).toBe(true);
  });

  it('asks for the slot of its restart first', () => {
    expect(whyRefused(standing(2, paused), { ...asked, takeRestart: () => full })).toEqual({
      kind: 'full',
      full,
    });
  });

  it('that only looks is never refused', () => {
    expect(whyRefused(standing(3, paused), { ...asked, planned: upgrade })).toBeNull();
  });
});

it('counts a remediation that begins again once, by its newest time', () => {
  const first = { name: 'pc-1|1|0', wave: 0, at: 1 };
  expect(withBegun(withBegun([], first), { ...first, at: 2 })).toEqual([{ ...first, at: 2 }]);
});
