import { expect, test } from 'vitest';
import { planWarnings } from '../../orchestrator/domain/plan-warnings.ts';
import type { Client, Gate } from '../../shared/domain/campaign/definition.ts';
import { campaign } from './given-campaign.ts';

const clients = (count: number, logonServer: string): readonly Client[] =>
  Array.from({ length: count }, (_, n) => ({
    client: `${logonServer}-${n}`,
    host: `${logonServer}-${n}`,
    logonServer,
    zone: 'UTC',
    role: 'workstation',
    labels: [],
  }));

function warned(gate: Partial<Gate>, inCanary: readonly Client[], missing: readonly string[] = []) {
  const { definition } = campaign;
  const [canary, ...more] = definition.waves;
  if (canary === undefined) throw new Error('no wave');
  const waves = [{ ...canary, gate: { ...canary.gate, ...gate } }, ...more];
  const planned = waves.map(({ name }, index) => ({ name, clients: index === 0 ? inCanary : [] }));
  const notStaged = missing.map((logonServer) => ({
    logonServer,
    filesOk: 0,
    filesInAll: 22,
    waiting: 1,
    because: '',
  }));
  return planWarnings({ ...definition, waves }, planned, notStaged);
}

test('a sample as large as the wave makes the share of settled clients meaningless', () => {
  expect(warned({ minSample: 10 }, clients(10, 'LS-1'))).toEqual([
    'wave canary: its gate decides after 10 of 10 clients (minSample), so settled: 80 % has no effect',
  ]);
  expect(warned({ minSample: 5 }, clients(10, 'LS-1'))).toEqual([]);
});

test('a wave that cannot reach its sample, because logon servers have no release, is named', () => {
  const both = [...clients(3, 'LS-1'), ...clients(7, 'LS-2')];
  expect(warned({ minSample: 8 }, both, ['LS-2'])).toEqual([
    'wave canary: 7 of 10 clients cannot begin, because the release is not staged on their logon servers, so its gate cannot decide',
  ]);
  expect(warned({ minSample: 3, settledPercent: 30 }, both, ['LS-2'])).toEqual([]);
});

test('what a gate asks for without effect is named', () => {
  const { definition } = campaign;
  const [canary] = definition.waves;
  if (canary === undefined) throw new Error('no wave');
  const gate = { ...canary.gate, soakMs: 1_000, approval: true as const };
  const one = { ...definition, waves: [{ ...canary, gate }] };
  expect(planWarnings(one, [{ name: 'canary', clients: clients(10, 'LS-1') }], [])).toEqual([
    'the campaign has one wave, so soak and approval of its gate have no effect',
  ]);
  const health = { watchMs: 1_000, notOkPercent: 30 };
  expect(warned({ minSample: 5, health }, clients(10, 'LS-1'))).toEqual([
    'wave canary: unhealthy clients also count for failures: 10 %, which may pause the campaign before health.failures: 30 % does',
  ]);
  expect(warned({ minSample: 5, health: { ...health, notOkPercent: 10 } }, clients(10, 'LS-1'))).toEqual([]);
});

test('a label of a limit that no selected client has is named', () => {
  const { definition } = campaign;
  const budgets = { ...definition.budgets, restarts: { perLabel: { Site: 2, sit: 1 } } };
  const some = clients(10, 'LS-1').map((client) => ({ ...client, labels: ['site=PUN', 'sit'] }));
  const waves = definition.waves.slice(-1);
  expect(planWarnings({ ...definition, budgets, waves }, [{ name: 'all', clients: some }], [])).toEqual([
    'budgets.restarts.perLabel.sit: no selected client has a value of label sit, so all of them count together',
  ]);
});
