import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { withBudgets } from '../../orchestrator/input/campaign-budgets.ts';
import {
  campaignYaml,
  fleetCsv,
  startSmallOrchestrator,
  writeRelease,
} from '../fixtures/small-orchestrator.ts';

const path = '/v1/campaigns/simulate';

describe('a simulation over the API', () => {
  test('says when the file would end, with the budgets that were tried, and changes nothing', async () => {
    await using orchestrator = await startSmallOrchestrator();
    await orchestrator.ask('POST', '/v1/fleet', { file: 'fleet.csv', text: fleetCsv });
    await orchestrator.ask('POST', '/v1/releases', { path: writeRelease(orchestrator) });
    const budgets = 'budgets: { active: 9 } # as ever';
    const text = `# the night shift reads this\n${campaignYaml()}${budgets}\n`;
    const ask = async (tried: object) =>
      (await orchestrator.ask('POST', path, { file: 'sp4.yaml', text, budgets: tried })).body;
    const own = await ask({});
    expect(own).toMatchObject({ campaign: 'sp4', clients: 10, budgets: { active: 9 }, text });
    expect(own.end).toMatchObject({ replicates: 10, noP90: null });
    expect(own.waves.map(({ wave }: { wave: string }) => wave)).toEqual(['canary', 'rest']);
    expect(own.assumptions[0]).toContain('10 model clients');
    const counted = own.logonServers.reduce(
      (sum: number, { clients }: { clients: number }) => sum + clients,
      0,
    );
    expect(counted).toBe(10);
    const narrow = await ask({ active: 1, perLogonServer: 1 });
    expect(narrow.budgets).toEqual({ active: 1, perLogonServer: 1 });
    expect(narrow.text).toBe(text.replace('{ active: 9 }', '{ perLogonServer: 1, active: 1 }'));
    expect(Date.parse(narrow.end.p50)).toBeGreaterThanOrEqual(Date.parse(own.end.p50));
    expect((await ask({ active: 1, perLogonServer: 1 })).waves).toEqual(narrow.waves);
    expect((await orchestrator.ask('GET', '/v1/campaigns')).body.campaigns).toEqual([]);
  });

  test('is refused as a plan is, with each fault of the file', async () => {
    await using orchestrator = await startSmallOrchestrator();
    await orchestrator.ask('POST', '/v1/fleet', { file: 'fleet.csv', text: fleetCsv });
    for (const text of [campaignYaml('sp4', 'budgets: { active: none }\n'), ': [', '- a list\n', '']) {
      const file = { file: 'sp4.yaml', text };
      const plan = await orchestrator.ask('POST', '/v1/campaigns/plan', file);
      const simulated = await orchestrator.ask('POST', path, { ...file, budgets: { perLogonServer: 2 } });
      expect(plan.body.error.faults.length).toBeGreaterThan(0);
      expect([simulated.status, simulated.body.error.code]).toEqual([400, plan.body.error.code]);
    }
  });
});

test('budgets are written into a file with budgets in any form, and nothing else is changed', () => {
  const forms = [
    '',
    'budgets:\n',
    'budgets: {}\n',
    'budgets: { active: 5, maxDownloads: 3 }\n',
    'budgets:\n  # never more\n  active: 5 # five\n  maxDownloads: 3\n',
    'budgets:\n    maxDownloads: 3',
    'budgets: &b { perLogonServer: "4" }\n',
  ];
  const heads = ['campaign: a # one\n', '# first\ncampaign: a\nwaves: [{ name: b, rest: true }]\n'];
  const whole = fc.option(fc.integer({ min: 1, max: 1_000_000 }), { nil: undefined });
  fc.assert(
    fc.property(
      fc.constantFrom(...forms),
      fc.constantFrom(...heads),
      whole,
      whole,
      (budgets, rest, active, perLogonServer) => {
        const before = parse(`${rest}${budgets}`);
        const text = withBudgets(`${rest}${budgets}`, { active, perLogonServer });
        const tried = { ...(active && { active }), ...(perLogonServer && { perLogonServer }) };
        const wanted = { ...before.budgets, ...tried };
        expect(parse(text)).toEqual({
          ...before,
          ...(Object.keys(tried).length === 0 && !('budgets' in before)
            ? {}
            : { budgets: Object.keys(tried).length === 0 ? before.budgets : wanted }),
        });
        for (const comment of `${rest}${budgets}`.match(/#.*/g) ?? []) expect(text).toContain(comment);
      },
    ),
  );
});
