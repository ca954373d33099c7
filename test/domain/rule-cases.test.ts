import { describe, expect, test } from 'vitest';
import { policyFor } from '../../shared/domain/campaign/client-rules.ts';
import type { Client } from '../../shared/domain/campaign/definition.ts';
import type { Blocker } from '../../shared/domain/observation/blocker.ts';
import { escalationsOf } from '../../shared/domain/remediation/escalation-steps.ts';
import type { CampaignPolicy, LadderStep, ProductRules } from '../../shared/domain/rules/policy.ts';
import { ladderOf, persistenceOf } from '../../shared/domain/rules/rule-cases.ts';
import { policy, rules } from './given.ts';

const client = (labels: readonly string[]): Client => ({
  client: 'pc-1',
  host: 'pc-1',
  logonServer: 'LS-PUN',
  zone: 'UTC',
  role: 'workstation',
  labels,
});

const service: Blocker = {
  kind: 'service',
  executable: 'pcmsvc32.exe',
  imagePath: 'C:\\MS\\SMS\\BIN\\PCMSVC32.EXE',
  pid: 1,
  since: 0,
  service: 'SMS_PACKAGE_COMMAND_MANAGER_NT',
  startType: 'automatic',
  structural: true,
};
const program: Blocker = {
  kind: 'program',
  executable: 'app.exe',
  imagePath: 'C:\\MS\\SMS\\BIN\\APP.EXE',
  pid: 2,
  since: 0,
  session: 1,
  user: 'anna',
};
const file: Blocker = { kind: 'heldFile', file: 'a.dll' };

const push: ProductRules = { ...rules.product, route: 'push' };
const proceduresOf = (given: CampaignPolicy, blockers: readonly Blocker[]): readonly string[] =>
  escalationsOf(push, given, blockers).map(({ procedure }) => procedure);

describe('the rules of a client', () => {
  const cases: CampaignPolicy = {
    ...policy,
    ladder: ['wait'],
    ladders: [
      { where: [{ key: 'kiosk', is: 'there' }], class: 'service', steps: ['wait', 'relocation'] },
      { where: [{ key: 'site', is: 'in', values: ['PUN'] }], steps: ['wait', 'workaround'] },
    ],
    persistences: [{ class: 'program', persistence: { ...policy.persistence, looks: 9 } }],
  };

  test('are those of the first case that fits its labels, or else those for all', () => {
    const steps = (labels: readonly string[]): readonly (readonly LadderStep[])[] =>
      (['service', 'program', 'file'] as const).map((each) =>
        ladderOf(policyFor(cases, client(labels)), each),
      );
    expect(steps(['kiosk', 'site=PUN'])).toEqual([
      ['wait', 'relocation'],
      ['wait', 'workaround'],
      ['wait', 'workaround'],
    ]);
    expect(steps(['site=PUN'])[0]).toEqual(['wait', 'workaround']);
    expect(steps([])).toEqual([['wait'], ['wait'], ['wait']]);
  });

  test('differ by what is in the way', () => {
    const own = policyFor(cases, client([]));
    expect(persistenceOf(own, 'program').looks).toBe(9);
    expect(persistenceOf(own, 'service')).toBe(policy.persistence);
  });

  test('a condition that nobody has compared with the client fits no client', () => {
    expect(ladderOf(cases, 'service')).toEqual(['wait']);
  });

  test('a policy without cases is the same object for every client', () => {
    expect(policyFor(policy, client(['kiosk']))).toBe(policy);
  });
});

describe('the steps against several blockers', () => {
  const of = (
    own: Partial<Record<'service' | 'program' | 'file', readonly LadderStep[]>>,
  ): CampaignPolicy => ({
    ...policy,
    ladder: ['wait'],
    ladders: Object.entries(own).map(([only, steps]) => ({ class: only as 'file', steps })),
  });

  test.each([[[program, service]], [[service, file]], [[file, program]], [[program]]])(
    'one ladder for all classes is that ladder, %#',
    (blockers) => {
      const steps: readonly LadderStep[] = ['wait', 'notify', 'relocation', 'replaceAtRestart', 'workaround'];
      const all = { ...policy, ladder: steps };
      expect(proceduresOf(of({ service: steps, program: steps, file: steps }), blockers)).toEqual(
        proceduresOf(all, blockers),
      );
    },
  );

  test('files are replaced at a restart only if the ladder of each blocker says so', () => {
    const given = of({ service: ['wait', 'replaceAtRestart'], program: ['wait'] });
    expect(proceduresOf(given, [service])).toEqual(['replaceAtRestart']);
    expect(proceduresOf(given, [service, program])).toEqual([]);
  });

  test('a service is relocated by the ladder for services, whatever else is in the way', () => {
    const given = of({ service: ['wait', 'relocation'], program: ['wait', 'replaceAtRestart'] });
    expect(proceduresOf(given, [program, service])).toEqual(['relocation']);
    expect(proceduresOf(given, [program])).toEqual(['replaceAtRestart']);
  });
});
