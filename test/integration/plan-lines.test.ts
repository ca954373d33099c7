import { expect, test } from 'vitest';
import { createdLines, planLines } from '../../orchestrator/cli/render/plan.ts';
import type { CampaignPlan } from '../../orchestrator/background/results.ts';
import { plainView } from '../../orchestrator/cli/render/view.ts';

const plan: CampaignPlan = {
  campaign: 'sp4',
  release: 'sms-sp4',
  releaseStaged: true,
  start: 'byHand',
  startAt: null,
  fleet: 1_200,
  selected: 1_000,
  selection: 'clients with label a AND label b',
  excluded: [
    { reason: 'cash desks', clients: 150, names: ['pc-1', 'pc-2'] },
    { reason: 'ticket \u001b[31m4711', clients: 1, names: ['pc-3'] },
  ],
  rules: [],
  servers: 0,
  siteWide: false,
  left: 0,
  notStaged: [],
  waves: [{ wave: 'all', clients: 1_000, logonServers: [{ logonServer: 'LS-1', clients: 1_000 }] }],
  logonServers: [{ logonServer: 'LS-1', clients: 1_000 }],
  warnings: ['wave all: look at it'],
  forecast: null,
};

const wide = { ...plainView, width: 200 };

test('a plan says who is selected, and counts and names who is left out, in text that a terminal only shows', () => {
  expect(planLines(wide, plan).slice(1, 6)).toEqual([
    '1,000 of 1,200 clients of the fleet selected',
    'selected: clients with label a AND label b',
    '150 clients left out and not touched (cash desks): pc-1, pc-2, and 148 more',
    expect.stringMatching(/^1 client left out and not touched \(ticket \P{Cc}*4711\): pc-3$/u),
    'warning: wave all: look at it',
  ]);
});

test('a site-wide release says that nothing holds it back, in the plan and after the creation', () => {
  const says = 'Neither waves nor exclude can hold clients back';
  const text = (lines: readonly string[]): string => lines.join(' ').replaceAll(/ +/g, ' ');
  for (const lines of [planLines, createdLines]) {
    expect(text(lines(wide, { ...plan, siteWide: true }))).toContain(says);
    expect(text(lines(wide, plan))).not.toContain(says);
  }
});

test('a created campaign says how many clients are left out, and the warnings of its plan', () => {
  expect(createdLines(wide, plan)).toEqual([
    'warning: wave all: look at it',
    'Created sp4: 1,000 clients in 1 wave, 151 left out',
    'Start it: servpack campaign start sp4',
  ]);
});
