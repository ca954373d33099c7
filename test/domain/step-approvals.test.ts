import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Answered, ApprovalRule } from '../../shared/domain/rules/approval-rules.ts';
import type { Rules } from '../../shared/domain/rules/policy.ts';
import { countersOf } from '../../shared/domain/upgrade/count-upgrade.ts';
import { decide } from '../../shared/domain/upgrade/decide.ts';
import type { UpgradeEvent } from '../../shared/domain/upgrade/events.ts';
import { placementOf } from '../../shared/domain/upgrade/placement.ts';
import { newUpgrade, type Upgrade } from '../../shared/domain/upgrade/state.ts';
import { blockedByPcm, blockedByProgram, evening, hours, look, upToDate, withPolicy } from './given.ts';

const step = 'relocation of sms_package_command_manager_nt';

const rulesWith = (rule: ApprovalRule, answers = {}): Rules => ({
  ...withPolicy({ ladder: ['wait', 'relocation'], structural: 'atOnce' }),
  approvals: { rules: [rule], answers },
});

const each = rulesWith({ each: 'relocation', expiresMs: hours(24) });

function after(rules: Rules, before: Upgrade, event: UpgradeEvent, at: number): Upgrade {
  const decision = decide(rules, before, event, at);
  return decision.kind === 'changed' ? decision.upgrade : before;
}

const wakes: UpgradeEvent = { type: 'Activated' };
const blocked = look(blockedByPcm);

/** The client of Q168463 after a look, at `at`. */
const looked = (rules: Rules, before: Upgrade, at: number): Upgrade =>
  after(rules, after(rules, before, wakes, at), blocked, at);

const asking = (rules = each): Upgrade => looked(rules, newUpgrade('pc-1', 0, 'LS-ROM'), evening);

const answer = (is: 'approved' | 'rejected', more: object = {}): UpgradeEvent => ({
  type: 'ApprovalAnswered',
  answer: { is, by: 'lee', at: evening, reason: 'seen', attempt: 1, of: step, ...more } as Answered,
});

describe('a step that each client needs an approval for', () => {
  test('waits without a slot until the question expires, and spends no budget', () => {
    const upgrade = asking();
    expect(upgrade.state).toMatchObject({ phase: 'deferred', class: 'approval', until: evening + hours(24) });
    expect(placementOf(upgrade)).toMatchObject({ kind: 'rest', keepsSlots: false });
    expect(upgrade.memory.history.deferrals).toEqual({});
    expect(countersOf(upgrade)).toMatchObject({ 'deferred|approval': 1 });
  });

  test('begins after an approval and a look that finds the same blocker', () => {
    const approved = after(each, asking(), answer('approved'), evening + 1);
    expect(approved.state.phase).toBe('looking');
    expect(after(each, approved, blocked, evening + 2).state).toMatchObject({
      phase: 'remedying',
      journal: { procedure: 'relocation' },
    });
  });

  test('a no ends the ladder there, and says who said it', () => {
    const rejected = after(each, asking(), answer('rejected'), evening + 1);
    const settled = after(each, rejected, blocked, evening + 2).state;
    expect(settled).toMatchObject({ phase: 'settled', end: 'needsAttention' });
    expect(settled).toHaveProperty(
      'because',
      expect.stringContaining('relocation was rejected by lee: seen'),
    );
  });

  test.each([
    [
      'twice',
      (known: Upgrade) => after(each, known, answer('rejected'), evening),
      'answered already: rejected by lee: seen',
    ],
    [
      'of another attempt',
      (known: Upgrade) => ({ ...known, attempt: 2 }),
      'the answer is about attempt 1; this is attempt 2',
    ],
    ['after the blocker went', (known: Upgrade) => looked2(known), 'it does not wait for this answer'],
    [
      'late',
      (known: Upgrade) => after(each, after(each, known, wakes, evening), look(upToDate), evening),
      'already settled',
    ],
  ])('an answer that comes %s is ignored', (_when, change, because) => {
    expect(decide(each, change(asking()), answer('approved'), evening + 9)).toEqual({
      kind: 'ignored',
      because,
    });
  });

  const looked2 = (known: Upgrade): Upgrade =>
    after(each, after(each, known, wakes, evening + 1), look(blockedByProgram), evening + 1);

  test('a look before its end asks the same question, and not a new one', () => {
    const again = looked(each, asking(), evening + hours(5));
    expect(again.state).toMatchObject({ class: 'approval', until: evening + hours(24) });
    expect(again.memory.history.approvals?.ask).toMatchObject({ since: evening, until: evening + hours(24) });
  });

  test.each([
    ['reject', undefined, { phase: 'settled', end: 'needsAttention' }],
    ['approve', 'approve', { phase: 'remedying' }],
    ['pause', 'pause', { phase: 'deferred', class: 'approval', until: evening + hours(48) }],
  ] as const)('that expires does what the file says: %s', (_name, onExpiry, state) => {
    const rules = rulesWith({ each: 'relocation', expiresMs: hours(24), ...(onExpiry && { onExpiry }) });
    const expired = looked(rules, asking(rules), evening + hours(24));
    expect(expired.state).toMatchObject(state);
    expect(countersOf(expired)['approvalExpired']).toBe(onExpiry === 'pause' ? 1 : undefined);
  });
});

describe('a step that the whole campaign needs an approval for', () => {
  const rule = { remediation: 'relocation', expiresMs: hours(24) } as const;
  const all = rulesWith(rule);
  const yes = { is: 'approved', by: 'lee', at: evening } as const;

  test('counts the clients that wait for it, so that the question is asked', () => {
    expect(countersOf(asking(all))).toMatchObject({ 'asks|relocation': 1, 'deferred|approval': 1 });
  });

  test('begins on every client after an approval', () => {
    const known = rulesWith(rule, { relocation: yes });
    expect(asking(known).state).toMatchObject({ phase: 'remedying' });
    const woken = after(
      known,
      asking(all),
      { type: 'ApprovalAnswered', answer: { ...yes, forAll: 'relocation' } },
      evening,
    );
    expect(woken.state.phase).toBe('looking');
  });

  test('is left out on every client after one no', () => {
    const known = rulesWith(rule, { relocation: { ...yes, is: 'rejected' } });
    expect(asking(known).state).toMatchObject({ phase: 'settled', end: 'needsAttention' });
  });
});

test('no relocation begins without its yes, in whatever order events come', () => {
  const events = fc.oneof(
    fc.constantFrom<UpgradeEvent>(
      wakes,
      { type: 'WorkerStopped' },
      { type: 'CheckedIn' },
      blocked,
      look(blockedByProgram),
    ),
    fc
      .record({
        is: fc.constantFrom('approved', 'rejected'),
        attempt: fc.constantFrom(1, 2),
        of: fc.constantFrom(step, 'relocation of other'),
      })
      .map((found) => answer(found.is as 'approved', found)),
    fc.constant(answer('approved')),
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(events, fc.integer({ min: 0, max: hours(30) })), { maxLength: 40 }),
      (story) => {
        let upgrade = newUpgrade('pc-1', 0, 'LS-ROM');
        let at = evening;
        let isApproved = false;
        for (const [event, pause] of story) {
          at += pause;
          const decision = decide(each, upgrade, event, at);
          if (decision.kind === 'ignored') continue;
          ({ upgrade } = decision);
          if (event.type === 'ApprovalAnswered' && event.answer.is === 'approved') isApproved = true;
          expect(upgrade.state.phase === 'remedying' && !isApproved).toBe(false);
        }
      },
    ),
    { numRuns: 300 },
  );
});
