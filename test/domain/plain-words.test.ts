import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decideCampaign } from '../../orchestrator/domain/decide-campaign.ts';
import { retry, undo, unmark } from '../../orchestrator/domain/reopen.ts';
import { causeInWords } from '../../orchestrator/domain/spent-cause.ts';
import { isInRetrySelection } from '../../orchestrator/domain/retry-selection.ts';
import { campaignReport, clientReport } from '../../orchestrator/views/report.ts';
import { whyAdmitted, whyWaiting } from '../../orchestrator/views/why.ts';
import type { CampaignEvent, CampaignState } from '../../shared/domain/campaign/campaign.ts';
import { deferralClasses, type Rules } from '../../shared/domain/rules/policy.ts';
import { spentCause, waitWords } from '../../shared/domain/rules/wait-words.ts';
import { procedureWords, stepWords } from '../../shared/domain/remediation/procedure-words.ts';
import { runStateWords, setupPhaseWords } from '../../shared/domain/observation/words.ts';
import { statusClause } from '../../shared/domain/campaign/status-words.ts';
import { phaseWords } from '../../shared/domain/upgrade/phase-words.ts';
import { decide } from '../../shared/domain/upgrade/decide.ts';
import type { UpgradeEvent } from '../../shared/domain/upgrade/events.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import { codeNames, withCodeNames } from '../fixtures/code-names.ts';
import { giveUpAfterCrashes } from '../../workers/crash-budget.ts';
import { anyEvent, anyRules } from './any-event.ts';
import { campaign, countersOfAll, running, standing } from './given-campaign.ts';
import { aborted } from './given-request.ts';
import {
  admitted,
  agentClient,
  annasProgram,
  evening,
  hours,
  look,
  preImage,
  pushed,
  swapPreImage,
  withPolicy,
} from './given.ts';

/** The client of every story: it answers in words, never with the name of a failure. */
const inWords = (event: UpgradeEvent): UpgradeEvent =>
  'failure' in event ? { ...event, failure: { ...event.failure, message: 'no route to it' } } : event;

const replacing: Rules = {
  ...pushed,
  policy: { ...pushed.policy, ladder: ['wait', 'replaceAtRestart'] },
};
const swapping = {
  ...look(agentClient, { processes: [...(agentClient.processes ?? []), annasProgram] }),
} as UpgradeEvent;

const moreEvents: fc.Arbitrary<UpgradeEvent> = fc.constantFrom(
  { type: 'ClientUnmarked' },
  { type: 'EndRequested', ending: aborted },
  look(agentClient),
  swapping,
  look({ setupPhase: 'componentDeinstall' }),
) as fc.Arbitrary<UpgradeEvent>;

type Turn = 'event' | 'done' | 'refused' | 'stale';

/** The event, or in a procedure what may come of its present step. */
function eventOf({ state }: Upgrade, event: UpgradeEvent, turn: Turn): UpgradeEvent {
  if (state.phase !== 'remedying' || turn === 'event') return event;
  const { step, procedure } = state.journal;
  if (turn === 'stale') return { type: 'JournalFoundStale', step };
  if (turn === 'refused') return { type: 'StepFailed', step, failure: { kind: 'failed', message: '' } };
  const image = procedure === 'swap' || procedure === 'replaceAtRestart' ? swapPreImage : preImage;
  return { type: 'StepDone', step, preImage: step === 'record' ? image : null };
}

const definitionFor = (given: Rules) => ({ ...campaign.definition, policy: given.policy });

/** Everything that people read about this upgrade. */
function textsAbout(given: Rules, upgrade: Upgrade, now: number): readonly string[] {
  const of = { ...standing(running(1)), definition: definitionFor(given) };
  const context = {
    campaign: of,
    counters: {},
    slots: { active: 0, perLogonServer: {} },
    product: given.product,
    now,
  };
  const why = whyAdmitted(context, { upgrade, index: 'due', dueAt: now, since: now, failure: null });
  const { cause, reason, blockers } = clientReport(of, { kind: 'admitted', upgrade });
  return [
    why.because,
    why.next?.action ?? '',
    why.otherwise ?? '',
    ...why.remarks,
    ...why.blockers,
    ...blockers,
    cause ?? '',
    reason ?? '',
    retry(upgrade, 'x').because,
    undo(upgrade, 'lee', 'x').because,
    unmark(upgrade, 'x').because,
    ...(upgrade.state.phase === 'settled' ? [] : endingsOf(giveUpAfterCrashes(upgrade, 10, now))),
  ];
}

const endingsOf = ({ state }: Upgrade): readonly string[] =>
  state.phase === 'settled' ? [state.cause, state.because] : [];

describe('a text for people', () => {
  test('is held against every name of the code', () => {
    expect(codeNames).toEqual(
      expect.arrayContaining([
        'waitingForRelease',
        'needsAttention',
        'couldNotLook',
        'alreadyCurrent',
        'nobodyLoggedOn',
        'whenPersisting',
        'replaceAtRestart',
        'pointBack',
        'startPending',
      ]),
    );
    expect(withCodeNames(['it is waitingForRelease', 'it waits for its release'])).toEqual([
      'it is waitingForRelease',
    ]);
  });

  test.each([stepWords, procedureWords, phaseWords, waitWords, statusClause, runStateWords, setupPhaseWords])(
    'has none of them in any of its words: %o',
    (words) => {
      expect(withCodeNames(Object.values(words))).toEqual([]);
    },
  );

  test('about an upgrade has none of them, whatever happens to the client', () => {
    const given = fc.oneof(
      anyRules,
      fc.constant(pushed),
      fc.constant(replacing),
      fc.constant(withPolicy({ structural: 'atOnce', ladder: ['relocation'] })),
    );
    const turn = fc.constantFrom<Turn[]>('event', 'done', 'done', 'done', 'done', 'refused', 'stale');
    const events = fc.array(fc.tuple(fc.oneof(anyEvent, anyEvent, moreEvents), turn), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(given, events, (theseRules, way) => {
        let upgrade = admitted;
        let now = evening;
        const texts: string[] = [];
        for (const [event, next] of way) {
          now += hours(1);
          const decision = decide(theseRules, upgrade, inWords(eventOf(upgrade, event, next)), now);
          if (decision.kind === 'ignored') continue;
          ({ upgrade } = decision);
          texts.push(decision.because, ...textsAbout(theseRules, upgrade, now));
        }
        expect(withCodeNames(texts)).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  const at = { startedAt: evening, openWaves: 1, accepted: [0, 0, 0] };
  const states: readonly CampaignState[] = [
    { status: 'created' },
    { status: 'scheduled', startAt: evening + hours(1) },
    { status: 'waitingForRelease' },
    { status: 'running', ...at },
    { status: 'paused', pausedAt: evening, byGate: false, by: 'anna', because: 'phones', ...at },
    { status: 'ended', endedAt: evening, ...at },
    { status: 'aborted', abortedAt: evening, endedAt: null, by: 'anna', because: 'wrong', ...at },
  ];
  const counters = countersOfAll([admitted]);
  const events: readonly CampaignEvent[] = [
    { type: 'StartRequested', releaseStaged: true, overlap: [] },
    { type: 'StartRequested', releaseStaged: true, overlap: [{ client: 'pc-1', campaign: 'sp3' }] },
    { type: 'StartRequested', releaseStaged: false, overlap: [] },
    { type: 'ReleaseStaged' },
    { type: 'StartTimeCame', releaseStaged: false },
    { type: 'PauseRequested', by: 'lee', reason: 'x' },
    { type: 'ResumeRequested', by: 'lee', override: false, counters },
    { type: 'AbortRequested', by: 'lee', reason: 'x' },
    { type: 'PostponeRequested', by: 'lee', reason: 'x', startAt: evening + hours(2) },
    { type: 'UnscheduleRequested', by: 'lee', override: false, reason: 'x' },
    { type: 'HoldRequested', by: 'lee', reason: 'x', logonServers: ['LS-ROM'] },
    { type: 'UnholdRequested', by: 'lee', override: false, logonServers: ['LS-ROM'] },
    { type: 'Reopened', because: 'x' },
    { type: 'CountersRead', counters },
  ];

  test.each(states)('about a campaign that is $status has none of them', (state) => {
    const of = standing(state);
    const decided = ['byHand', 'whenStaged'].flatMap((start) =>
      events.map(
        (event) =>
          decideCampaign(
            { ...of, definition: { ...of.definition, start: start as 'byHand' } },
            event,
            evening,
          ).because,
      ),
    );
    const context = {
      campaign: of,
      counters,
      slots: { active: 0, perLogonServer: {} },
      product: null,
      now: evening,
    };
    const waiting = whyWaiting(context, { client: 'pc-1', wave: 1, logonServer: 'LS-ROM' });
    const parked = whyAdmitted(context, { upgrade: admitted, index: 'parked', dueAt: null, since: evening });
    const report = campaignReport(of, counters, [], evening);
    expect(
      withCodeNames([
        ...decided,
        waiting.because,
        ...waiting.remarks,
        parked.next?.action ?? '',
        ...report.waves.map(({ gate }) => gate),
        ...report.actions,
      ]),
    ).toEqual([]);
  });
});

describe('the cause of an end for which all tries are used', () => {
  const failed = (cause: string): Upgrade => ({
    ...admitted,
    state: { phase: 'settled', at: evening, end: 'failed', cause, because: cause, blockers: [] },
  });

  test('says what did not happen, and after how many tries', () => {
    expect(spentCause('download', 6)).toBe('not downloaded after 6 tries');
    expect(spentCause('unreachable', 1)).toBe('still unreachable after 1 try');
    expect(withCodeNames(deferralClasses.map((kind) => spentCause(kind, 8)))).toEqual([]);
  });

  test('has a text also where an earlier version wrote the name of the class', () => {
    expect(causeInWords('couldNotLook budget spent')).toBe('could not be looked at: used all tries');
    expect(causeInWords('not downloaded after 6 tries')).toBe('not downloaded after 6 tries');
    expect(withCodeNames(deferralClasses.map((kind) => causeInWords(`${kind} budget spent`)))).toEqual([]);
  });

  test.each([
    'still unreachable after 6 tries',
    'still unreachable after 1 try',
    'could not be looked at in 8 tries',
    'did not come back',
    'unreachable budget spent',
    'couldNotLook budget spent',
  ])('counts as unreachable for a retry: %s', (cause) => {
    expect(isInRetrySelection('unreachable', failed(cause))).toBe(true);
  });

  test.each(['not downloaded after 6 tries', 'did not restart', 'logon budget spent'])(
    'does not: %s',
    (cause) => {
      expect(isInRetrySelection('unreachable', failed(cause))).toBe(false);
    },
  );
});
