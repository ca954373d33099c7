import { describe, expect, test } from 'vitest';
import { withAuthor, withAuthors } from '../../orchestrator/domain/approval-requests.ts';
import { decideCampaign } from '../../orchestrator/domain/decide-campaign.ts';
import { nextApprovalMoment } from '../../orchestrator/domain/judge-approvals.ts';
import { isSameCaller, mayBeSamePerson, withApprover } from '../../shared/domain/campaign/person.ts';
import { campaignStatus } from '../../orchestrator/views/status.ts';
import { withLateAnswers } from '../../orchestrator/views/late-answers.ts';
import { approvalWords } from '../../orchestrator/views/approval-words.ts';
import { stepApprovals } from '../../shared/domain/campaign/step-approvals.ts';
import type { Campaign, CampaignEvent } from '../../shared/domain/campaign/campaign.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import type { ApprovalRule, ApprovalTerms } from '../../shared/domain/rules/approval-rules.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { evening, hours } from './given.ts';
import { running, standing } from './given-campaign.ts';

const passed: Counters = { 'state|0|LS-ROM|upgraded': 10 };
const steps: Counters = { 'state|0|LS-ROM|deferred': 10, 'asks|relocation': 3 };

/** A campaign whose second wave needs an approval, on these terms, or which has another rule. */
function campaignWith(terms: ApprovalTerms, rule?: ApprovalRule): Campaign {
  const campaign = standing(running(1));
  const { waves } = campaign.definition;
  const gated =
    rule === undefined
      ? waves.map((wave) => ({ ...wave, gate: { ...wave.gate, approval: true as const } }))
      : waves;
  const approvals = [rule ?? { wave: waves[1]?.name ?? '', ...terms }];
  return withAuthors({ ...campaign, definition: { ...campaign.definition, waves: gated, approvals } }, [
    'anna (token default)',
  ]);
}

function after(campaign: Campaign, event: CampaignEvent, at: number): Campaign {
  const decision = decideCampaign(campaign, event, at);
  if (decision.kind === 'refused') throw new Error(decision.because);
  return decision.kind === 'changed' ? decision.campaign : campaign;
}

const judged = (campaign: Campaign, at: number, counters = passed): Campaign =>
  after(campaign, { type: 'CountersRead', counters }, at);

const answer = (campaign: Campaign, is: 'approved' | 'rejected', by = 'lee', round = ''): CampaignEvent => {
  const { definition } = campaign;
  const about = definition.approvals?.some((rule) => 'wave' in rule)
    ? `wave/${definition.waves[1]?.name ?? ''}`
    : 'remediation/relocation';
  return {
    type: 'ApprovalAnswered',
    id: `${definition.campaign}/${about}${round}`,
    is,
    by,
    reason: 'seen',
    shown: 'shown',
  };
};

const openWaves = ({ state }: Campaign) => ('openWaves' in state ? state.openWaves : 0);

describe('a wave that needs an approval', () => {
  const terms = { expiresMs: hours(24) };

  test('is asked about once when all else holds, and opens after the approval', () => {
    const asked = judged(campaignWith(terms), evening);
    expect(asked.approvals?.requests).toMatchObject([
      { round: 1, since: evening, until: evening + hours(24) },
    ]);
    expect(judged(asked, evening + 1)).toEqual(asked);
    expect(nextApprovalMoment(asked)).toBe(evening + hours(24));
    const approved = after(asked, answer(asked, 'approved'), evening + 2);
    expect(openWaves(judged(approved, evening + 3))).toBe(2);
  });

  // Found by `campaign prove`: a first wave by `where` that no client fits opened the second one.
  test.each([undefined, hours(4)])('needs the approval also behind an empty wave, soak %s', (soakMs) => {
    const { definition, ...others } = campaignWith(terms);
    const soak = soakMs === undefined ? {} : { soakMs };
    const waves = definition.waves.map((wave) => ({ ...wave, gate: { ...wave.gate, ...soak } }));
    const waveSizes = others.waveSizes.map((size, wave) => (wave === 0 ? 0 : size));
    const empty: Campaign = { ...others, definition: { ...definition, waves }, waveSizes };
    const none: Counters = { 'state|1|LS-ROM|waiting': others.waveSizes[1] ?? 0 };
    const asked = judged(empty, evening, none);
    expect(openWaves(asked)).toBe(1);
    expect(asked.approvals?.requests).toMatchObject([{ round: 1, since: evening }]);
    expect(judged(asked, evening + 1, none)).toEqual(asked);
    const approved = after(asked, answer(asked, 'approved'), evening + 2);
    expect(openWaves(judged(approved, evening + 3, none))).toBe(2);
  });

  test('is not asked about while its gate waits for clients', () => {
    expect(
      judged(campaignWith(terms), evening, { 'state|0|LS-ROM|upgraded': 5 }).approvals?.requests,
    ).toBeUndefined();
  });

  test('stays closed after a no: the campaign pauses with the reason, and is asked again after its resume', () => {
    const asked = judged(campaignWith(terms), evening);
    const rejected = after(asked, answer(asked, 'rejected'), evening + 1);
    expect(rejected.state).toMatchObject({ status: 'paused', by: 'lee', openWaves: 1 });
    expect(rejected.state).toHaveProperty('because', expect.stringContaining('rejected by lee: seen'));
    const resumed = after(
      rejected,
      { type: 'ResumeRequested', by: 'lee', override: false, counters: passed },
      evening + 2,
    );
    expect(judged(resumed, evening + 3).approvals?.requests).toMatchObject([{ round: 1 }, { round: 2 }]);
  });

  test('an answer that comes twice or late is ignored, because it was answered', () => {
    const asked = judged(campaignWith(terms), evening);
    const approved = after(asked, answer(asked, 'approved'), evening + 1);
    expect(decideCampaign(approved, answer(asked, 'rejected'), evening + 2)).toMatchObject({
      kind: 'ignored',
      because: expect.stringContaining('was answered already: approved by lee: seen'),
    });
  });

  test.each([
    [undefined, 'paused', 1],
    ['approve', 'running', 2],
    ['pause', 'paused', 1],
  ] as const)('without an answer, onExpiry %s: the campaign is %s', (onExpiry, status, waves) => {
    const asked = judged(campaignWith({ ...terms, ...(onExpiry && { onExpiry }) }), evening);
    expect(judged(asked, evening + hours(24) - 1)).toEqual(asked);
    const expired = judged(asked, evening + hours(24));
    expect(expired.state.status).toBe(status);
    const later = judged(expired, evening + hours(25));
    expect([later.state.status, openWaves(later)]).toEqual([status, waves]);
    // Nobody paused it, so anybody may resume it, and it does not pause at once again.
    if (status !== 'paused') return;
    const resumed = after(
      expired,
      { type: 'ResumeRequested', by: 'kim', override: false, counters: passed },
      evening + hours(25),
    );
    expect(judged(judged(resumed, evening + hours(25)), evening + hours(25)).state.status).toBe('running');
  });
});

describe('a step that the campaign needs an approval for', () => {
  const rule: ApprovalRule = { remediation: 'relocation', expiresMs: hours(4) };

  test('is asked about when the first client waits for it; the answer changes the rules and makes no edition', () => {
    const asked = judged(campaignWith({}, rule), evening, steps);
    expect(asked.approvals?.requests).toMatchObject([{ subject: { remediation: 'relocation' } }]);
    const approved = after(asked, answer(asked, 'approved'), evening + 1);
    expect([approved.edition, approved.stepAnswers]).toEqual([asked.edition, 1]);
    expect(stepApprovals(approved)?.answers).toMatchObject({ relocation: { is: 'approved', by: 'lee' } });
  });

  test('is rejected where nobody answers in time, and is not asked about again', () => {
    const asked = judged(campaignWith({}, rule), evening, steps);
    const expired = judged(asked, evening + hours(4), steps);
    expect(stepApprovals(expired)?.answers).toMatchObject({ relocation: { is: 'rejected', by: null } });
    expect(judged(expired, evening + hours(9), steps)).toEqual(expired);
  });

  test('a client whose own question expired pauses the campaign once', () => {
    const own: ApprovalRule = { each: 'relocation', expiresMs: hours(4), onExpiry: 'pause' };
    const found = { ...steps, approvalExpired: 1 };
    const paused = judged(campaignWith({}, own), evening, found);
    expect(paused.state).toMatchObject({ status: 'paused', by: 'unanswered approval' });
    const resumed = after(
      paused,
      { type: 'ResumeRequested', by: 'kim', override: false, counters: found },
      evening + 1,
    );
    expect(judged(resumed, evening + 2, found)).toEqual(resumed);
  });
});

describe('the rule of two persons', () => {
  const asked = judged(campaignWith({ by: 'another' }), evening);
  const by = (who: string) => decideCampaign(asked, answer(asked, 'approved', who), evening + 1);

  test.each([
    'anna (token default)',
    'Anna (token ops)',
    'CORP\\ANNA (token x)',
    'anna@corp.example (token x)',
    ' anna  (token x)',
    'token default',
  ])('who created the campaign cannot approve, also not as %s', (who) => {
    expect(by(who)).toMatchObject({
      kind: 'refused',
      because: expect.stringContaining('another person must approve'),
    });
  });

  test('another person can, and the creator of the campaign may say no', () => {
    expect(by('lee (token default)').kind).toBe('changed');
    expect(decideCampaign(asked, answer(asked, 'rejected', 'anna (token default)'), evening + 1).kind).toBe(
      'changed',
    );
  });

  test('the person who started it cannot approve', () => {
    const started = withAuthor(asked, 'lee (token default)');
    expect(decideCampaign(started, answer(asked, 'approved', 'Lee (token b)'), evening).kind).toBe('refused');
  });

  test('nobody can where it is not known who created the campaign', () => {
    const { authors: _, ...unknown } = asked.approvals ?? {};
    const found = decideCampaign({ ...asked, approvals: unknown }, answer(asked, 'approved', 'lee'), evening);
    expect(found).toMatchObject({
      kind: 'refused',
      because: expect.stringContaining('it is not known who created'),
    });
  });

  test('a start does not make the person the only author where the others are not known', () => {
    const { authors: _, ...unknown } = asked.approvals ?? {};
    expect(withAuthor({ ...asked, approvals: unknown }, 'lee').approvals).toEqual(unknown);
  });

  test('people with other accounts are other people', () => {
    expect(mayBeSamePerson('anna (token a)', 'annabel (token a)')).toBe(false);
    expect(mayBeSamePerson('ａｎｎａ (token a)', 'anna (token a)')).toBe(true);
    const both = withApprover('anna (token a)', 'bert (sign-in 1f2e3d4c5b6a7988)');
    expect([mayBeSamePerson(both, 'anna (token c)'), isSameCaller(both, 'anna (token c)')]).toEqual([
      true,
      true,
    ]);
    expect(mayBeSamePerson(both, 'bert (sign-in 1f2e3d4c5b6a7988)')).toBe(false);
  });
});

describe('a campaign that nobody answered in time', () => {
  const terms = { expiresMs: hours(24), onExpiry: 'pause' } as const;
  const asked = judged(campaignWith(terms), evening);
  const paused = judged(asked, evening + hours(24));
  const because = (campaign: Campaign, counters: Counters = passed) => {
    const { state } = withLateAnswers(campaign, counters);
    return state.status === 'paused' ? state.because : '';
  };

  test.each(['approved', 'rejected'] as const)('stays paused when it is %s late, and says so', (is) => {
    expect(because(paused)).toBe('nobody answered whether wave early may begin');
    const late = after(paused, answer(paused, is), evening + hours(25));
    expect(late.state.status).toBe('paused');
    expect(because(late)).toBe(
      `nobody answered whether wave early may begin; since then: wave early ${is} by lee: seen; no question is open any more`,
    );
  });

  test('says since when, is not looked at while it is paused, and gives new time when it is resumed', () => {
    const at = evening + hours(30);
    expect(campaignStatus(paused, passed, at).approvals).toEqual([
      `wave early waits for approval, since ${isoOf(evening)}, has expired ${isoOf(evening + hours(24))}`,
    ]);
    expect(nextApprovalMoment(paused)).toBeNull();
    const resumed = after(
      paused,
      { type: 'ResumeRequested', by: 'lee', counters: passed, override: false },
      at,
    );
    expect(resumed.state.status).toBe('running');
    expect(judged(resumed, at + 1).state.status).toBe('running');
    expect(nextApprovalMoment(resumed)).toBe(at + hours(24));
    expect(judged(resumed, at + hours(24)).state.status).toBe('paused');
  });

  test('says when no question about a client is open any more', () => {
    const own = campaignWith({}, { each: 'relocation', ...terms });
    const stopped = judged(own, evening, { ...passed, approvalExpired: 2 });
    expect(because(stopped, { 'deferred|approval': 1 })).toMatch(/in time$/u);
    expect(because(stopped, {})).toMatch(/in time; since then: no question is open any more$/u);
  });

  test('says nothing more of the pause of a person', () => {
    const byAnna = after(asked, { type: 'PauseRequested', by: 'anna', reason: 'lunch' }, evening + 1);
    expect(because(after(byAnna, answer(asked, 'approved'), evening + 2))).toBe('lunch');
  });
});

test('the plan says each rule with all its values', () => {
  const { definition } = campaignWith(
    {},
    { each: 'relocation', expiresMs: hours(4), onExpiry: 'pause', by: 'another' },
  );
  expect(approvalWords(definition)).toBe(
    'each relocation of one client begins only after a person who did not create, edit or start the campaign has approved; without an answer in 4 h the campaign pauses',
  );
});
