import { expect, test } from 'vitest';

import { headLines } from '../../orchestrator/cli/render/status.ts';
import { plainView } from '../../orchestrator/cli/render/view.ts';
import { parseCampaign } from '../../orchestrator/input/campaign-file.ts';
import { editChanges } from '../../orchestrator/views/edit-words.ts';
import { planRules } from '../../orchestrator/views/plan-rules.ts';
import { campaignReport } from '../../orchestrator/views/report.ts';
import { accepted, faultsOf } from './given.ts';

const read = (...lines: string[]) =>
  parseCampaign(`campaign: sp4\nrelease: sms-1.2-sp4\n${lines.join('\n')}\n`, 'c.yaml');

test('a ticket stands in plan, status and report, and an edit says how it changes', () => {
  const [without, before, after] = [[], ['ticket: CHG0030211'], ['ticket: "INC 7"']].map((lines) =>
    accepted(read(...lines)),
  );
  if (without === undefined || before === undefined || after === undefined) throw new Error('three files');
  expect('ticket' in without).toBe(false);
  expect(planRules(before)[0]).toEqual({ rule: 'ticket', says: 'CHG0030211' });
  expect(editChanges(before, after)).toEqual([{ section: 'ticket', says: 'CHG0030211 -> INC 7' }]);

  const reportOf = (definition: typeof before) =>
    campaignReport(
      { definition, createdAt: 0, waveSizes: [1, 0, 0], state: { status: 'created' } },
      { 'state|0|LS-1|waiting': 1 },
      [],
      9,
    );
  expect(reportOf(before).ticket).toBe('CHG0030211');
  expect('ticket' in reportOf(without)).toBe(false);
  expect(headLines(plainView, reportOf(before))).toContain('ticket: CHG0030211');
});

test.each([
  ['a number', 'ticket: 4711', '4711'],
  ['two lines', 'ticket: "CHG\\nPRB"', '"CHG\\nPRB"'],
  ['only blanks', 'ticket: "  "', '"  "'],
  ['more than 100 characters', `ticket: ${'x'.repeat(101)}`, `"${'x'.repeat(46)}...`],
])('a ticket that is %s is refused with its line', (_, line, shown) => {
  expect(faultsOf(read(line))).toEqual([
    `c.yaml:3: ticket: is ${shown}, expected the name of a change such as CHG0030211, of at most 100 characters on one line`,
  ]);
});
