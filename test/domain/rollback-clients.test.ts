import { describe, expect, test } from 'vitest';
import { rollbackClients } from '../../orchestrator/domain/rollback-clients.ts';
import { whyNoRollback } from '../../orchestrator/domain/rollback-release.ts';
import { parseCampaign } from '../../orchestrator/input/campaign-file.ts';
import { rollbackFile } from '../../orchestrator/input/rollback-file.ts';
import type { Client } from '../../shared/domain/campaign/definition.ts';
import type { End } from '../../shared/domain/outcome/ending.ts';
import { newMemory } from '../../shared/domain/upgrade/memory.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import { accepted } from '../input/given.ts';

const settled = (client: string, wave: number, end: End, cause = 'proved'): Upgrade => ({
  client,
  attempt: 1,
  wave,
  logonServer: 'LS-1',
  memory: newMemory,
  state: { phase: 'settled', at: 1, end, cause, because: cause, blockers: [] },
});

const fleet = new Map<string, Pick<Client, 'role'>>(
  ['pc-1', 'pc-2', 'pc-3', 'pc-4', 'pc-5', 'pc-6'].map((name) => [name, { role: 'workstation' }]),
);

describe('the clients of a rollback', () => {
  test('are those that the campaign has upgraded; the others stay, each with its reason', () => {
    const upgrades = [
      settled('pc-2', 0, 'upgraded'),
      settled('pc-1', 0, 'upgraded'),
      settled('pc-3', 1, 'alreadyCurrent'),
      settled('pc-4', 1, 'failed', 'disk full'),
      settled('pc-5', 1, 'upgraded'),
      settled('pc-gone', 1, 'upgraded'),
      settled('srv-1', 1, 'upgraded'),
      // A record of an earlier version.
      settled('pc-old', 1, 'skipped', 'already current'),
    ];
    const servers = new Map<string, Pick<Client, 'role'>>([...fleet, ['srv-1', { role: 'server' }]]);
    expect(rollbackClients(2, upgrades, ['pc-6'], servers)).toEqual({
      waves: [['pc-1', 'pc-2'], ['pc-5']],
      leftOut: new Map([
        ['nothing has begun on it', ['pc-6']],
        ['it had the release before the campaign', ['pc-3', 'pc-old']],
        ['not upgraded: disk full', ['pc-4']],
        ['it is not in the fleet any more', ['pc-gone']],
        ['it is a server now', ['srv-1']],
      ]),
      open: [],
    });
  });

  test('are not known while a client is not finished', () => {
    const looking: Upgrade = { ...settled('pc-1', 0, 'upgraded'), state: { phase: 'looking' } };
    expect(rollbackClients(1, [looking], ['pc-1'], fleet)).toEqual({
      waves: [[]],
      leftOut: new Map(),
      open: ['pc-1'],
    });
  });
});

describe('the file of a rollback', () => {
  const text = `# by anna
campaign: agent
release: agent-2
on: staged
startAt: 2026-12-01 20:00 UTC
endAt: 2026-12-20 20:00 UTC
membership: joins
select: { labels: [office] }
gate: { failures: 7 %, soak: 1h }
waves: { ramp: [10 %, 30 %, 100 %] }
budgets: { active: 7 } # of the vendor
approvals: [{ remediation: relocation }]
`;
  const definition = accepted(parseCampaign(text, 'c.yaml'));
  const [first, second, third] = definition.waves;
  if (first === undefined || third === undefined) throw new Error('no three waves');
  const rolled = rollbackFile(text, {
    campaign: 'agent-back',
    release: 'agent-1',
    waves: [
      { name: third.name, gate: third.gate, clients: ['pc-9', 'true'] },
      { name: first.name, gate: first.gate, clients: ['1e5'] },
    ],
  });

  test('has the rules of the campaign, the clients by name, and starts by hand', () => {
    const back = accepted(parseCampaign(rolled, 'c.yaml'));
    expect(back).toMatchObject({
      campaign: 'agent-back',
      release: 'agent-1',
      start: 'byHand',
      startAt: null,
      select: { labels: [], clients: ['pc-9', 'true', '1e5'] },
      budgets: { active: 7 },
      approvals: [{ remediation: 'relocation' }],
    });
    expect(back.membership).toBeUndefined();
    expect(back.policy.end).toBeUndefined();
    const { soakMs: _soak, ...last } = first.gate;
    expect(back.waves).toEqual([
      { name: third.name, size: { clients: ['pc-9', 'true'] }, gate: third.gate },
      { name: first.name, size: { rest: true }, gate: last },
    ]);
    expect(rolled).toContain('# by anna');
    expect(rolled).toContain('# of the vendor');
    expect(second?.gate.soakMs).toBe(3_600_000);
  });

  test('drops the approval of a wave that opens first or has no clients', () => {
    const asks = text
      .replace(/^waves.*$/m, 'waves: [{ name: a, count: 1 }, { name: b, count: 1 }, { name: c, rest: true }]')
      .replace('[{ remediation', '[{ wave: B }, { wave: c }, { remediation');
    const { waves } = accepted(parseCampaign(asks, 'c.yaml'));
    const named = waves.map((wave, index) => ({ ...wave, clients: [`pc-${index}`] })).toReversed();
    const back = (list: typeof named) =>
      accepted(
        parseCampaign(rollbackFile(asks, { campaign: 'x', release: 'agent-1', waves: list }), 'c.yaml'),
      );
    expect(back(named).approvals).toEqual([{ wave: 'B' }, { remediation: 'relocation' }]);
    expect(back(named.filter(({ name }) => name !== 'b')).approvals).toEqual([{ remediation: 'relocation' }]);
  });
});

describe('an older release', () => {
  const release = (name: string, servicePack: number | null, product = 'agent') => ({
    release: name,
    product,
    servicePack,
    files: [],
  });
  const route = (of: 'logon' | 'direct' | 'push', downgrade = false) => ({
    product: 'agent',
    route: of,
    downgrade,
  });
  const [one, two] = [release('a-1', 1), release('a-2', 2)];

  test('goes by push, and by another route whose profile says so', () => {
    expect(whyNoRollback(two, one, route('push'))).toBeNull();
    expect(whyNoRollback(null, one, route('push'))).toBeNull();
    expect(whyNoRollback(two, one, route('logon', true))).toBeNull();
    for (const of of ['logon', 'direct'] as const)
      expect(whyNoRollback(two, one, route(of))).toContain(`route ${of}: the program of the product`);
  });

  test('is of the same product, another one, and no later service pack', () => {
    expect(whyNoRollback(two, two, route('push'))).toContain('has installed a-2');
    expect(whyNoRollback(two, release('b-1', 1, 'other'), route('push'))).toContain('one of other');
    expect(whyNoRollback(one, two, route('push'))).toContain('is service pack 2, and a-1 is service pack 1');
  });
});
