import { describe, expect, test } from 'vitest';
import { approvalAhead, timesOfAnswers } from '../../orchestrator/domain/approvals-ahead.ts';
import { isAway } from '../../orchestrator/forecast/spell.ts';
import type { Surroundings } from '../../orchestrator/views/surroundings.ts';
import { calm } from '../../orchestrator/views/surroundings.ts';
import { whyNoEnd } from '../../orchestrator/views/why-no-end.ts';
import type { ApprovalRequest } from '../../shared/domain/campaign/approval.ts';
import type { Campaign, CampaignState } from '../../shared/domain/campaign/campaign.ts';
import type { CampaignDefinition } from '../../shared/domain/campaign/definition.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import { running, standing } from '../domain/given-campaign.ts';
import { evening, hours } from '../domain/given.ts';

const runs = standing(running(1));
const counters: Counters = { 'state|0|LS-ROM|upgraded': 30, 'state|0|LS-PUN|waiting': 7 };
const { waves } = runs.definition;

const defined = (change: Partial<CampaignDefinition>): Campaign => ({
  ...runs,
  definition: { ...runs.definition, ...change },
});
const paused = {
  ...running(1),
  status: 'paused',
  pausedAt: 0,
  byGate: false,
  by: 'ann',
  because: 'holidays',
} as CampaignState;
const hold = { logonServer: 'LS-PUN', by: 'ann', because: 'x', at: 0 };
const copies = { filesInAll: 2, found: [] };
const share = { logonServer: 'LS-PUN', most: 10, slots: 6, campaigns: 2, own: 4 };
const asking = waves.map((wave) => ({ ...wave, gate: { ...wave.gate, approval: true as const } }));
const change = { kind: 'archive', by: 'ann', because: 'x', at: 0 } as const;

describe('there is no forecast', () => {
  test.each<[string, Campaign, Counters, Partial<Surroundings>]>([
    ['it has not started', standing({ status: 'created' }), counters, {}],
    ['it has ended', standing({ ...running(1), status: 'ended', endedAt: 0 } as CampaignState), counters, {}],
    ['it is paused, and nobody knows when it goes on: holidays', standing(paused), counters, {}],
    ['everything is halted', runs, counters, { halt: { by: 'ann', because: 'x', at: 0 } }],
    ['its release is withdrawn: bad', runs, counters, { withdrawn: { by: 'ann', because: 'bad', at: 0 } }],
    ['nobody knows until when LS-PUN is held', { ...runs, holds: [hold] }, counters, {}],
    ['it is being removed', { ...runs, removal: change }, counters, {}],
    ['its clients change at this moment', { ...runs, movingTo: 1 }, counters, {}],
    [
      'no worker runs, so nothing is done on any client',
      runs,
      counters,
      { missing: [{ process: 'worker', since: 0 }] },
    ],
    [
      'no orchestrator leads, so no client is admitted and no wave opens',
      runs,
      counters,
      { missing: [{ process: 'leader', since: 0 }] },
    ],
    [
      'the leader fails at this campaign: disk full',
      runs,
      counters,
      { failures: [{ round: 'campaigns', because: 'disk full', since: 0 }] },
    ],
    ['7 clients wait for the copy of the release on 1 logon server', runs, counters, { copies }],
    [
      'other campaigns take slots of logon server LS-PUN, which all campaigns share',
      runs,
      counters,
      { shares: [share] },
    ],
    [
      'it waits for its hooks, and nobody knows how long they take',
      defined({ hooks: { afterWave: { run: ['ask.sh'], timeoutMs: 1, retryMs: 1 } } }),
      counters,
      {},
    ],
    ['7 clients are finished so far; 20 are needed', runs, { 'state|0|LS-ROM|upgraded': 7 }, {}],
    ['it has 9 clients; 20 finished ones are needed', { ...runs, waveSizes: [9] }, {}, {}],
  ])('%s', (because, campaign, found, surroundings) => {
    expect(whyNoEnd(campaign, found, { ...calm, ...surroundings })).toBe(because);
  });

  test('but where nothing of this is so, or no unfinished client is on the held logon server', () => {
    expect(whyNoEnd(runs, counters, { ...calm, shares: [{ ...share, slots: 4 }] })).toBeNull();
    const done = { 'state|0|LS-ROM|waiting': 7, 'state|0|LS-PUN|upgraded': 30 };
    expect(whyNoEnd({ ...runs, holds: [hold] }, done, calm)).toBeNull();
  });
});

describe('approvals', () => {
  const answered = (took: number, by: string | null = 'lee'): ApprovalRequest => ({
    subject: { wave: 'early' },
    round: 1,
    since: evening,
    until: null,
    answer: { is: 'approved', by, at: evening + took },
  });
  const asks = defined({ waves: asking });

  test('are ahead until the last wave is open, and until a step is answered', () => {
    expect(approvalAhead(asks)).toMatch(/is followed by an approval$/);
    expect(approvalAhead({ ...asks, state: running(waves.length) })).toBeNull();
    const step = defined({ approvals: [{ remediation: 'relocation' }] });
    expect(approvalAhead(step)).toBe('the relocation waits for the approval of a person');
    const yes = { ...answered(1), subject: { remediation: 'relocation' } as const };
    expect(approvalAhead({ ...step, approvals: { requests: [yes] } })).toBeNull();
    const wave = { wave: waves.at(-1)?.name ?? '' };
    expect(approvalAhead(defined({ approvals: [wave] }))).toBe(`wave ${wave.wave} opens after an approval`);
  });

  test('have a forecast where people have answered five times, as fast as they did', () => {
    const four = [1, 2, 3, 4].map((each) => answered(hours(each)));
    const nobody = answered(hours(9), null);
    expect(timesOfAnswers({ ...asks, approvals: { requests: [...four, nobody] } })).toBeNull();
    expect(whyNoEnd({ ...asks, approvals: { requests: four } }, counters, calm)).toMatch(
      /is followed by an approval, and nobody knows when a person gives it$/,
    );
    const five = { ...asks, approvals: { requests: [...four, answered(hours(5))] } };
    expect(timesOfAnswers(five)).toEqual([1, 2, 3, 4, 5].map(hours));
    expect(whyNoEnd(five, counters, calm)).toBeNull();
    const single = defined({ approvals: [{ each: 'relocation' }] });
    expect(timesOfAnswers({ ...single, approvals: { requests: five.approvals.requests } })).toBeNull();
  });
});

describe('users of a client that waits', () => {
  const monday = Date.UTC(2026, 10, 16, 12);

  test('are away when they did not come on three working days; a weekend does not count', () => {
    expect(isAway('unreachable', monday, monday + hours(24 * 2 + 20), 'UTC')).toBe(false);
    expect(isAway('unreachable', monday, monday + hours(24 * 3), 'UTC')).toBe(true);
    const friday = monday + hours(24 * 4);
    expect(isAway('unreachable', friday, friday + hours(24 * 4 + 20), 'UTC')).toBe(false);
    expect(isAway('unreachable', friday, friday + hours(24 * 4 + 20), 'Pacific/Auckland')).toBe(true);
    expect(isAway('unreachable', friday, friday + hours(24 * 5), 'UTC')).toBe(true);
  });

  test('end no wait for a service, so nobody is away', () => {
    expect(isAway('service', monday, monday + hours(24 * 30), 'UTC')).toBe(false);
  });
});
