import { describe, expect, test } from 'vitest';
import { parseCampaign } from '../../orchestrator/input/campaign-file.ts';
import { accepted, faultsOf } from './given.ts';

/** The first of these lines is line 3. */
const read = (...lines: string[]) =>
  parseCampaign(`campaign: sp4\nrelease: sms-1.2-sp4\n${lines.join('\n')}\n`, 'c.yaml');
const restartsIn = (yaml: string) => accepted(read(`budgets: { restarts: ${yaml} }`)).budgets.restarts;
const faultsIn = (yaml: string) => faultsOf(read(`budgets: { restarts: ${yaml} }`));

describe('budgets.restarts', () => {
  test('limits restarts of each logon server, of each value of labels, or of both', () => {
    expect(restartsIn('{ perLogonServer: 2 }')).toEqual({ perLogonServer: 2 });
    expect(restartsIn('{ perLabel: { site: 3, constructor: 1 } }')).toEqual({
      perLabel: { site: 3, constructor: 1 },
    });
    expect(restartsIn('{ perLogonServer: 1, perLabel: { site: 3 } }')).toEqual({
      perLogonServer: 1,
      perLabel: { site: 3 },
    });
    expect(accepted(read('budgets: { active: 3 }')).budgets).not.toHaveProperty('restarts');
  });

  test('is refused where it says nothing, or names no label', () => {
    expect(faultsIn('{}')).toEqual([
      'c.yaml:3: budgets.restarts: says nothing, expected perLogonServer: 2, perLabel: { site: 3 }, or both',
    ]);
    expect(faultsIn('{ perLabel: {} }')).toEqual([
      'c.yaml:3: budgets.restarts.perLabel: names no label, expected the key of a label, such as site',
    ]);
    expect(faultsIn('{ perLabel: 3 }')).toEqual([
      'c.yaml:3: budgets.restarts.perLabel: is 3, expected numbers by the key of a label, such as { site: 3 }',
    ]);
    expect(faultsIn('{ perLabel: { LogonServer: 1 } }')).toEqual([
      'c.yaml:3: budgets.restarts.perLabel.LogonServer: is a column of the fleet, expected the key of a label, such as site',
    ]);
    expect(faultsIn('{ perLabel: { "site=PUN": 1 } }')).toHaveLength(1);
    expect(faultsIn('{ perLabel: { site: 1, SITE: 2 } }')).toEqual([
      'c.yaml:3: budgets.restarts.perLabel.SITE: is the label site, expected each label once',
    ]);
    expect(faultsIn('{ perLabel: { site: 0 }, perLogonServer: 1.5 }')).toHaveLength(2);
    expect(faultsIn('{ perLabel: { __proto__: 1 } }')).toHaveLength(1);
  });
});

describe('a limit of what the campaign never does', () => {
  test('is refused: restarts where servpack restarts no client', () => {
    expect(
      faultsOf(read('restart: { allowed: never }', 'budgets:', '  restarts: { perLogonServer: 1 }')),
    ).toEqual([
      'c.yaml:5: budgets.restarts: limits restarts, and restart.allowed is never, expected another restart.allowed, or no limit',
    ]);
    accepted(read('restart: { allowed: always }', 'budgets: { restarts: { perLogonServer: 1 } }'));
  });

  test('is refused: remediations where no ladder has one', () => {
    const budgets = ['budgets:', '  remediations: { perHour: 1 }'];
    const expected =
      'limits remediations, and no ladder of the campaign has one, expected a ladder with workaround, relocation, replaceAtRestart, or no limit';
    expect(faultsOf(read(...budgets, 'ladder: [wait, notify]'))).toEqual([
      `c.yaml:4: budgets.remediations: ${expected}`,
    ]);
    for (const ladder of [
      'ladder: { service: [wait, relocation], program: [wait] }',
      'ladder: [wait, replaceAtRestart]',
      'ladder: [{ where: office, steps: [wait, workaround] }, { steps: [wait] }]',
      '',
    ])
      accepted(read(...budgets, ladder));
  });
});
