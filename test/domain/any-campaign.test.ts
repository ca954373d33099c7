import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decideCampaign } from '../../orchestrator/domain/decide-campaign.ts';
import { evening, hours } from './given.ts';
import { campaign as given } from './given-campaign.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import type { Campaign, CampaignEvent } from '../../shared/domain/campaign/campaign.ts';

/** A campaign whose clients settle, under commands and rounds in any order, late and repeated. */
interface WaveCount {
  waiting: number;
  active: number;
  upgraded: number;
  failed: number;
}

type Move =
  | { readonly type: 'settle'; readonly wave: number; readonly ok: boolean; readonly share: number }
  | { readonly type: 'admit'; readonly wave: number; readonly share: number }
  | { readonly type: 'ask'; readonly event: (counters: Counters, before: Counters) => CampaignEvent };

const sizes = [4, 10, 10];

/** A small `minSample`, so that the share decides. */
const waves = given.definition.waves.map((wave) => ({ ...wave, gate: { ...wave.gate, minSample: 3 } }));

/** Plays a campaign, and checks every decision against rules of its own. */
class Play {
  campaign: Campaign = { ...given, definition: { ...given.definition, waves }, waveSizes: sizes };
  readonly waves: WaveCount[] = sizes.map((waiting) => ({ waiting, active: 0, upgraded: 0, failed: 0 }));
  #now = evening;
  #before: Counters = {};

  get counters(): Counters {
    return Object.fromEntries(
      this.waves.flatMap((wave, index) =>
        Object.entries(wave).map(([bucket, count]) => [`state|${index}|LS|${bucket}`, count]),
      ),
    );
  }

  do(move: Move): void {
    this.#now += 60_000;
    if (move.type === 'ask') this.ask(move.event(this.counters, this.#before));
    else this.#runAgain(move);
  }

  #runAgain(move: Exclude<Move, { type: 'ask' }>): void {
    const { state } = this.campaign;
    const openWaves = 'openWaves' in state ? state.openWaves : 0;
    const wave = this.waves[move.wave];
    if (wave === undefined || move.wave >= openWaves) return;
    this.#before = this.counters;
    const from = move.type === 'admit' ? 'waiting' : 'active';
    if (move.type === 'admit' && state.status !== 'running') return;
    const count = Math.ceil((wave[from] * move.share) / 10);
    wave[from] -= count;
    wave[move.type === 'admit' ? 'active' : move.ok ? 'upgraded' : 'failed'] += count;
  }

  ask(event: CampaignEvent): void {
    const before = this.campaign;
    const decision = decideCampaign(before, event, this.#now);
    check(decision.because !== '', 'no reason');
    if (decision.kind !== 'changed') return;
    this.campaign = decision.campaign;
    expectRightMove(before, event, decision.campaign);
  }
}

const opened = ({ state }: Campaign): number => ('openWaves' in state ? state.openWaves : 0);

/** The gate of the campaign file, computed independently. */
function isGatePassed(campaign: Campaign, wave: number, counters: Counters): boolean {
  const { gate } = campaign.definition.waves[wave] ?? { gate: null };
  if (gate === null) return false;
  const of = (bucket: string): number => counters[`state|${wave}|LS|${bucket}`] ?? 0;
  const settled = of('upgraded') + of('failed');
  const size = sizes[wave] ?? 0;
  const accepted = 'accepted' in campaign.state ? (campaign.state.accepted[wave] ?? 0) : 0;
  const isEnough = settled >= Math.min(gate.minSample, size) && settled / size >= gate.settledPercent / 100;
  return isEnough && (of('failed') - accepted) / settled <= gate.notOkPercent / 100;
}

function expectRightMove(before: Campaign, event: CampaignEvent, after: Campaign): void {
  const opens = opened(after) - opened(before);
  const from = before.state.status;
  const to = after.state.status;
  check(after.definition === before.definition, 'another definition');
  check(opens === 0 || opens === 1, `${opens} waves at once`);
  const isStart = from !== 'running' && from !== 'paused' && from !== 'ended';
  const counters = event.type === 'CountersRead' ? event.counters : {};
  const mayOpen = isStart || (from === 'running' && isGatePassed(before, opened(before) - 1, counters));
  check(opens === 0 || mayOpen, `wave ${opened(after)} opened before its gate`);
  // Only a person ends a pause, only a reopened client ends an end, and nothing ends an abort.
  const mayRun: Readonly<Record<string, readonly string[]>> = {
    paused: ['ResumeRequested'],
    ended: ['Reopened'],
    aborted: [],
  };
  const isAllowed = (mayRun[from] ?? [event.type]).includes(event.type);
  check(to !== 'running' || isAllowed, `${event.type} lets a campaign run that is ${from}`);
  check(event.type !== 'PauseRequested' || isPaused(after), 'a pause that does not pause');
  const mayHold = event.type === 'HoldRequested' || event.type === 'UnholdRequested';
  check(mayHold ? from === to : after.holds === before.holds, `${event.type} changes holds and status`);
  check(to !== 'running' || !isPaused(before) || from === 'paused', 'a paused start that starts');
  check(event.type !== 'AbortRequested' || to === 'aborted', 'an abort that does not abort');
  expectAcceptedKept(before, after);
}

/** Cheaper than `expect`, of which there would be very many. */
function check(isSo: boolean, what: string): void {
  if (!isSo) throw new Error(what);
}

const isPaused = ({ state }: Campaign): boolean =>
  state.status === 'paused' || ('paused' in state && state.paused !== undefined);

function expectAcceptedKept({ state: before }: Campaign, { state: after }: Campaign): void {
  if (!('accepted' in before) || !('accepted' in after)) return;
  const fewer = after.accepted.filter((count, wave) => count < (before.accepted[wave] ?? 0));
  check(fewer.length === 0, 'what was accepted counts again');
}

const share = fc.integer({ min: 1, max: 10 });
const wave = fc.nat(sizes.length - 1);
const who = fc.constantFrom('kim', 'lee');
const asks = (event: (counters: Counters, before: Counters) => CampaignEvent): Move => ({
  type: 'ask',
  event,
});

const reads = fc
  .boolean()
  .map((late) => asks((counters, before) => ({ type: 'CountersRead', counters: late ? before : counters })));
const starts = fc
  .boolean()
  .map((releaseStaged) => asks(() => ({ type: 'StartRequested', releaseStaged, overlap: [] })));
const resumes = fc
  .tuple(who, fc.boolean())
  .map(([by, override]) =>
    asks((counters) => ({ type: 'ResumeRequested', by, override, counters, startNow: override })),
  );
const holds = fc
  .tuple(
    who,
    fc.boolean(),
    fc.constantFrom<'HoldRequested' | 'UnholdRequested'>('HoldRequested', 'UnholdRequested'),
  )
  .map(([by, override, type]) =>
    asks(() => ({ type, by, override, reason: 'phones', logonServers: ['LS'] })),
  );
const others = fc.constantFrom(
  asks(() => ({ type: 'ReleaseStaged' })),
  asks(() => ({ type: 'StartTimeCame', releaseStaged: true })),
  asks(() => ({ type: 'Reopened', because: 'a client is tried again' })),
  asks(() => ({ type: 'AbortRequested', by: 'kim', reason: 'enough' })),
  asks(() => ({ type: 'PostponeRequested', by: 'kim', reason: 'payroll', startAt: evening + hours(2) })),
  asks(() => ({ type: 'UnscheduleRequested', by: 'kim', override: false, reason: 'not this week' })),
);

const moves = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.record({ type: fc.constant('admit'), wave, share }) },
    {
      weight: 8,
      arbitrary: fc.record({
        type: fc.constant('settle'),
        wave,
        share,
        ok: fc.oneof(fc.constant(true), fc.boolean()),
      }),
    },
    { weight: 8, arbitrary: reads },
    { weight: 2, arbitrary: starts },
    { weight: 2, arbitrary: who.map((by) => asks(() => ({ type: 'PauseRequested', by, reason: 'phones' }))) },
    { weight: 3, arbitrary: resumes },
    { weight: 2, arbitrary: holds },
    { weight: 1, arbitrary: others },
  ) as fc.Arbitrary<Move>,
  { maxLength: 80, size: 'max' },
);

const begins = fc.constantFrom(
  { start: 'byHand' as const, startAt: null },
  { start: 'whenStaged' as const, startAt: null },
  { start: 'byHand' as const, startAt: evening + hours(1) },
);

const playOf = (start: typeof begins extends fc.Arbitrary<infer T> ? T : never): Play => {
  const play = new Play();
  play.campaign = { ...play.campaign, definition: { ...play.campaign.definition, ...start } };
  return play;
};

describe('a campaign under commands and rounds in any order', () => {
  test('opens no wave before its gate, stays paused, stays ended, and keeps what was accepted', () => {
    fc.assert(
      fc.property(begins, moves, (start, way) => {
        const play = playOf(start);
        for (const move of way) play.do(move);
      }),
      { numRuns: 1_500 },
    );
  });

  test('is not paused again by the same ends after a resume', () => {
    fc.assert(
      fc.property(begins, moves, (start, way) => {
        const play = playOf(start);
        for (const move of way) play.do(move);
        const isByGate = play.campaign.state.status === 'paused' && play.campaign.state.byGate;
        play.ask({ type: 'ResumeRequested', by: 'kim', override: true, counters: play.counters });
        play.ask({ type: 'CountersRead', counters: play.counters });
        expect(isByGate && play.campaign.state.status === 'paused').toBe(false);
      }),
      { numRuns: 1_500 },
    );
  });

  test('ends from every state, with time and a person', () => {
    fc.assert(
      fc.property(begins, moves, (start, way) => {
        const play = playOf(start);
        for (const move of way) play.do(move);
        for (let round = 0; round < 40 && !hasEnded(play); round += 1) finish(play);
        expect(hasEnded(play)).toBe(true);
      }),
      { numRuns: 800 },
    );
  });
});

const hasEnded = ({ campaign: { state } }: Play): boolean => 'endedAt' in state && state.endedAt !== null;

/** A person who wants the campaign to end, and clients that all settle. */
function finish(play: Play): void {
  const events: readonly Move[] = [
    asks(() => ({ type: 'StartRequested', releaseStaged: true, overlap: [] })),
    asks((counters) => ({ type: 'ResumeRequested', by: 'kim', override: true, counters, startNow: true })),
    asks(() => ({ type: 'ReleaseStaged' })),
    asks(() => ({ type: 'StartTimeCame', releaseStaged: true })),
    ...sizes.flatMap((_, index): Move[] => [
      { type: 'admit', wave: index, share: 10 },
      { type: 'settle', wave: index, share: 10, ok: true },
    ]),
    asks((counters) => ({ type: 'CountersRead', counters })),
  ];
  for (const event of events) play.do(event);
}
