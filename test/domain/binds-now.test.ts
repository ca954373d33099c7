import { describe, expect, test } from 'vitest';
import { statusLines } from '../../orchestrator/cli/render/status.ts';
import { plainView } from '../../orchestrator/cli/render/view.ts';
import { campaignStatus } from '../../orchestrator/views/status.ts';
import type { Surroundings } from '../../orchestrator/views/surroundings.ts';
import type { Binding } from '../../shared/domain/campaign/binding.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import { everyDay } from '../../shared/domain/time/window.ts';
import { campaign as given, running, standing } from './given-campaign.ts';
import { evening, hours } from './given.ts';

const now = evening + hours(1);
const calm: Surroundings = { halt: null, withdrawn: null };
const counters = { 'state|0|LS-ROM|active': 2, 'state|0|LS-PUN|waiting': 8 };
const soaking = { 'state|0|LS-ROM|upgraded': 10, 'state|1|LS-ROM|waiting': 100 };

const bound = (change: Partial<Binding> = {}): Binding => ({
  says: 'the window: 3 h 32 min earlier without it',
  because: null,
  limits: [
    {
      limit: 'the window',
      endMs: 12_720_000,
      mostMs: null,
      says: 'the window: 3 h 32 min earlier without it',
    },
  ],
  tried: ['the window'],
  ...change,
});

/** The surroundings of a campaign of which this was computed with its newest forecast. */
const keeping = (binds: Binding, startedAt = evening): Surroundings => ({
  ...calm,
  kept: {
    basis: { startedAt },
    finished: 20,
    newest: { madeAt: now, because: 'few', end: null, binds },
    earlier: [],
  },
});
const says = (
  campaign: Campaign,
  surroundings = calm,
  counts: Readonly<Record<string, number>> = counters,
): string | undefined => campaignStatus(campaign, counts, now, surroundings).binds?.says;
const inAll = standing(running(1));
const defined = (change: object): Campaign => ({ ...inAll, definition: { ...given.definition, ...change } });
const nothing = bound({ says: "no single limit: the clients' own hours decide", limits: [] });

describe('what holds a campaign up, in its status', () => {
  test('is the largest gain that was computed, in one line', () => {
    const status = campaignStatus(inAll, counters, now, keeping(bound()));
    expect(status.binds).toEqual({ says: bound().says, endMs: 12_720_000 });
    expect(statusLines({ ...plainView, width: 100 }, status)).toContain(`binds: ${bound().says}`);
  });

  test('is left out unless the campaign runs, and where nobody can say', () => {
    expect(says(given, keeping(bound()))).toBeUndefined();
    expect(says(inAll)).toBeUndefined();
  });

  test('is not what was computed of another campaign', () => {
    expect(says(inAll, keeping(bound(), evening - 1))).toBeUndefined();
    expect(says({ ...inAll, edition: 1 }, keeping(bound()))).toBeUndefined();
  });

  test('is no single limit, where none gains', () => {
    expect(says(inAll, keeping(nothing))).toBe("no single limit: the clients' own hours decide");
  });

  test('is what stops the campaign for sure, before all gains', () => {
    const hold = { logonServer: 'LS-PUN', by: 'ann', because: 'payroll', at: evening };
    const request = { subject: { wave: 'early' }, round: 1, since: evening, until: null };
    const approval = (rules: object): Campaign => ({
      ...defined({ approvals: [{ wave: 'early', by: 'anybody', ...rules }] }),
      approvals: { requests: [request] },
    });
    const kept = keeping(bound());
    const halt = { by: 'ann', because: 'storm', at: evening };
    const cases: readonly (readonly [Campaign, Surroundings, string])[] = [
      [inAll, { ...kept, halt }, 'everything is halted by ann: storm'],
      [
        inAll,
        { ...kept, missing: [{ process: 'worker', since: null }] },
        'no worker runs: nothing is done on any client; 10 clients wait',
      ],
      [
        { ...inAll, holds: [hold] },
        kept,
        'logon server LS-PUN is held by ann, with 8 unfinished clients: payroll',
      ],
      [approval({}), kept, 'wave early waits for approval, since 2026-11-16T20:00:00Z, does not expire'],
    ];
    for (const [campaign, surroundings, fact] of cases) {
      const { binds } = campaignStatus(campaign, counters, now, surroundings);
      expect(binds).toEqual({ says: fact, endMs: null });
    }
  });

  test('is until when every client is outside its window, while that lasts', () => {
    const until = (at: number): Surroundings =>
      keeping(
        bound({ says: null, because: 'few', limits: [], closed: { until: at, says: 'outside the window' } }),
      );
    expect(says(inAll, until(now + 1))).toBe('outside the window');
    expect(says(inAll, until(now))).toBeUndefined();
  });

  test('is the window, the blackout or the gate of now, where nothing was computed', () => {
    const window = { days: everyDay, from: 22 * 60, to: 5 * 60 };
    const waiting = { 'state|0|LS-PUN|waiting': 8 };
    const inWindow = defined({ policy: { ...given.definition.policy, window } });
    expect(says(inWindow, calm, waiting)).toMatch(
      /^nobody is in progress; work begins on a client only every day from 22:00/,
    );
    expect(says(inWindow)).toBeUndefined();
    const blackouts = [{ from: evening, to: now + 1, reason: 'fair' }];
    expect(says(defined({ calendar: { blackouts } }), calm, waiting)).toMatch(
      /^nobody is in progress; blackout "fair" lasts: /,
    );
    const soak = given.definition.waves.map((wave) => ({
      ...wave,
      gate: { ...wave.gate, soakMs: hours(9) },
    }));
    expect(says(defined({ waves: soak }), calm, soaking)).toMatch(
      /^the gate of wave canary: waiting: .*soaks/,
    );
  });
});
