import { describe, expect, test } from 'vitest';
import type { WhyContext } from '../../orchestrator/views/why-context.ts';
import { campaignReport } from '../../orchestrator/views/report.ts';
import { campaignStatus, type CampaignStatus } from '../../orchestrator/views/status.ts';
import { type Recorded, whyAdmitted, whyWaiting } from '../../orchestrator/views/why.ts';
import type { Campaign, CampaignState } from '../../shared/domain/campaign/campaign.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import { type Upgrade, withMemory } from '../../shared/domain/upgrade/state.ts';
import { everyDay } from '../../shared/domain/time/window.ts';
import { countersOfAll, running, standing } from './given-campaign.ts';
import { admitted, after, blockedByProgram, evening, hours, look, rules } from './given.ts';

/** What people read of held logon servers: status, gates, report, and why of a client. */

const pune = { logonServer: 'LS-PUN', by: 'anna', because: 'payroll', at: evening };
const heldCampaign = (state: CampaignState = running(1)): Campaign => ({ ...standing(state), holds: [pune] });
const now = evening + hours(1);
const release = 'servpack campaign release sp4';
const way = `${release} --server LS-PUN   # anybody but anna adds --override`;
const paused = {
  ...running(1),
  status: 'paused',
  pausedAt: evening,
  byGate: false,
  by: 'kim',
  because: 'lunch',
} as CampaignState;

const at = (upgrade: Upgrade, client: string, logonServer: string): Upgrade => ({
  ...upgrade,
  client,
  logonServer,
});
const active = at(admitted, 'pc-1', 'LS-PUN');
const marked = { mark: { at: evening, bootId: 'boot-1' } };
const finishing = at(withMemory(admitted, { open: marked }), 'pc-2', 'LS-PUN');
const deferred = at(after(rules, admitted, [[evening, look(blockedByProgram)]]), 'pc-3', 'LS-PUN');
const elsewhere = at(admitted, 'pc-4', 'LS-ROM');
const four: Counters = {
  ...countersOfAll([active, finishing, deferred, elsewhere]),
  'state|0|LS-PUN|waiting': 4,
  'state|0|LS-ROM|upgraded': 2,
};
const statusOf = (given: Campaign, counters = four): CampaignStatus => campaignStatus(given, counters, now);

describe('the status of a campaign with a held logon server', () => {
  test('says who holds it, since when and why, and what becomes of its clients', () => {
    const { status, held, holds, actions } = statusOf(heldCampaign());
    expect([status, held]).toEqual(['running', { active: 1, remedying: 0 }]);
    expect(holds).toEqual([
      {
        logonServer: 'LS-PUN',
        by: 'anna',
        because: 'payroll',
        at: '2026-11-16T20:00:00Z',
        clients: 7,
        held: { active: 1, remedying: 0 },
        completing: 1,
      },
    ]);
    expect(actions).toEqual([way]);
  });

  test('counts the clients of all logon servers while the campaign is paused, and names both ways back', () => {
    const { held, holds, actions } = statusOf(heldCampaign(paused));
    expect([held?.active, holds[0]?.held.active]).toEqual([2, 1]);
    const resume = 'servpack campaign resume sp4   # anybody but kim adds --override';
    expect(actions).toEqual([resume, way]);
  });

  test('says that --override ends holds of several persons', () => {
    const two = { ...heldCampaign(), holds: [pune, { ...pune, logonServer: 'LS-ROM', by: 'kim' }] };
    expect(statusOf(two).actions).toEqual([
      `${release} --server LS-PUN --server LS-ROM   # --override ends the holds of others`,
    ]);
  });

  test('counts also what earlier versions counted without the logon server', () => {
    const counters = { ...four, 'held|active': 3, 'held|active|LS-PUN': -1 };
    const { held, holds } = statusOf(heldCampaign(paused), counters);
    expect([held?.active, holds[0]?.held.active]).toEqual([3, 0]);
  });

  test.each<[string, CampaignState, number]>([
    ['is shown before the start', { status: 'created' }, 1],
    [
      'says nothing of a hold in an aborted campaign, where nothing begins anyway',
      {
        ...running(1),
        status: 'aborted',
        abortedAt: now,
        by: 'kim',
        because: 'x',
        endedAt: null,
      } as CampaignState,
      0,
    ],
  ])('%s', (_name, state, count) => {
    const { held, holds } = statusOf(heldCampaign(state));
    expect([held, holds.length]).toEqual([null, count]);
  });
});

describe('a gate whose clients are held', () => {
  const gateOf = (counters: Counters): string | undefined =>
    statusOf(heldCampaign(), counters).waves[0]?.gate;

  test('says that it waits for the held logon server, and names it', () => {
    expect(gateOf({ 'state|0|LS-PUN|deferred': 1, 'state|0|LS-ROM|upgraded': 9 })).toBe(
      'waiting: 9 of 10 finished; needs 10 before it decides; waits for held logon server LS-PUN: 1 of its clients there has not finished',
    );
  });

  test('says when it cannot decide before the release', () => {
    expect(gateOf(four)).toBe(
      'waiting: 2 of 10 finished; needs 10 before it decides; CANNOT DECIDE: waits for held logon server LS-PUN: 7 of its clients there have not finished',
    );
  });

  test('says nothing of a logon server whose clients have all finished', () => {
    expect(gateOf({ 'state|0|LS-PUN|upgraded': 5, 'state|0|LS-ROM|active': 5 })).toBe(
      'waiting: 5 of 10 finished; needs 10 before it decides',
    );
  });

  test('is named to the clients of the next wave', () => {
    const pick = { client: 'pc-9', wave: 1, logonServer: 'LS-ROM' };
    const { because } = whyWaiting(contextOf(heldCampaign()), pick);
    expect(because).toContain('its wave early is not open; wave canary waiting: 2 of 10 finished');
    expect(because).toContain('waits for held logon server LS-PUN: 7 of its clients there');
  });

  test('names the copies that are missing, too, and each client once', () => {
    const counters = {
      'state|0|LS-PUN|waiting': 4,
      'state|0|LS-MIL|waiting': 3,
      'state|0|LS-ROM|upgraded': 3,
    };
    const surroundings = { halt: null, withdrawn: null, copies: { filesInAll: 2, found: [] } };
    expect(campaignStatus(heldCampaign(), counters, now, surroundings).waves[0]?.gate).toMatch(
      /CANNOT DECIDE: 3 of its clients cannot begin, because the release is not staged on LS-MIL; waits for held logon server LS-PUN: 4 /,
    );
  });
});

const contextOf = (given: Campaign): WhyContext => ({
  campaign: given,
  counters: four,
  slots: { active: 3, perLogonServer: { 'LS-PUN': 3 } },
  product: rules.product,
  now,
});
const heldWords = 'logon server LS-PUN is held by anna since 2026-11-16T20:00:00Z: payroll';

describe('why a client of a held logon server stands still', () => {
  const pick = { client: 'pc-8', wave: 0, logonServer: 'LS-PUN' };
  const recorded = (upgrade: Upgrade, index: Recorded['index']): Recorded => ({
    upgrade,
    index,
    dueAt: index === 'due' ? now + 1 : null,
    since: evening,
  });

  test('is the hold where it waits, with the command that ends it', () => {
    const { because, actions } = whyWaiting(contextOf(heldCampaign()), pick);
    expect([because, actions]).toEqual([heldWords, [way]]);
    expect(whyWaiting(contextOf(heldCampaign()), { ...pick, logonServer: 'LS-ROM' }).actions).toEqual([]);
  });

  test('is the hold also while its window is closed, and no opening is promised', () => {
    const window = { days: everyDay, from: 22 * 60, to: 5 * 60 };
    const given = heldCampaign();
    const { definition } = given;
    const nightly = { ...given, definition: { ...definition, policy: { ...definition.policy, window } } };
    const day = { ...contextOf(nightly), zone: 'Europe/Rome', now: evening - hours(8) };
    expect(whyWaiting(day, pick)).toMatchObject({ because: heldWords, next: { when: null } });
  });

  test('is the pause first, and the hold stands beside it', () => {
    const { because, remarks, actions } = whyWaiting(contextOf(heldCampaign(paused)), pick);
    expect(because).toBe('the campaign is paused by kim: lunch');
    expect(remarks).toContain(heldWords);
    const resume = 'servpack campaign resume sp4   # anybody but kim adds --override';
    expect(actions).toEqual([resume, way]);
  });

  test('is said of parked and of due clients, and no time is promised', () => {
    const parked = whyAdmitted(contextOf(heldCampaign()), recorded(active, 'parked'));
    expect(parked.next).toEqual({
      action: `it is looked at as soon as it gets a slot: ${heldWords}`,
      when: null,
    });
    const due = whyAdmitted(contextOf(heldCampaign()), recorded(deferred, 'due'));
    expect(due.next).toEqual({
      action: `it is looked at again as soon as it may go on: ${heldWords}`,
      when: null,
    });
    expect(due.remarks[0]).toBe(
      `${heldWords}; nothing new starts on the client until the logon server is released`,
    );
    expect([parked.actions, due.actions]).toEqual([[way], [way]]);
  });

  test('lets work in progress be completed, at its time', () => {
    const { next, remarks } = whyAdmitted(contextOf(heldCampaign()), recorded(finishing, 'due'));
    expect(next?.when).not.toBeNull();
    expect(remarks[0]).toBe(`${heldWords}; work in progress on the client is completed`);
  });

  test('is not the hold of another logon server', () => {
    const { next, remarks, actions } = whyAdmitted(contextOf(heldCampaign()), recorded(elsewhere, 'due'));
    expect([next?.when === null, remarks.some((each) => each.includes('held')), actions]).toEqual([
      false,
      false,
      [],
    ]);
  });
});

test('the report names the hold of each client that has not finished', () => {
  const done = at(after(rules, admitted, [[evening, look({ role: 'server' })]]), 'pc-5', 'LS-PUN');
  const report = campaignReport(
    heldCampaign(),
    four,
    [
      { kind: 'waiting', client: 'pc-0', wave: 0, logonServer: 'LS-PUN' },
      { kind: 'admitted', upgrade: active },
      { kind: 'admitted', upgrade: elsewhere },
      { kind: 'admitted', upgrade: done },
    ],
    now,
  );
  const held = 'by anna since 2026-11-16T20:00:00Z: payroll';
  expect(report.clients.map((each) => [each.client, each.end !== null, each.held])).toEqual([
    ['pc-0', false, held],
    ['pc-1', false, held],
    ['pc-4', false, null],
    ['pc-5', true, null],
  ]);
});
