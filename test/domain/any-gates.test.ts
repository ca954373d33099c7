import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decideCampaign } from '../../orchestrator/domain/decide-campaign.ts';
import { healthStep } from '../../orchestrator/domain/health-looks.ts';
import { campaignStatus } from '../../orchestrator/views/status.ts';
import type { Campaign, CampaignEvent } from '../../shared/domain/campaign/campaign.ts';
import type { Gate } from '../../shared/domain/campaign/definition.ts';
import { type Health, healthKinds } from '../../shared/domain/observation/health.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import { evening, hours } from './given.ts';
import { campaign as given, running } from './given-campaign.ts';

/** Gates that ask for soak, upgraded clients, health and approval, under any order of events. */

const ends = ['upgraded', 'alreadyCurrent', 'failed', 'needsAttention', 'skipped'] as const;
type Bucket = 'waiting' | (typeof ends)[number];

const sizes = [4, 6, 5];

/** Plays a campaign, and knows by itself since when each wave has been quiet. */
class Play {
  campaign: Campaign;
  now = evening;
  readonly clients: Bucket[][] = sizes.map((size) => Array<Bucket>(size).fill('waiting'));
  readonly #changedAt = sizes.map(() => evening);
  /** What a look after the upgrade has found, by wave and client. */
  readonly #health = sizes.map(() => new Map<number, Health['kind']>());

  constructor(gates: readonly Gate[]) {
    const waves = given.definition.waves.map((wave, index) => ({ ...wave, gate: gates[index] ?? wave.gate }));
    const definition = { ...given.definition, waves };
    this.campaign = { ...given, definition, waveSizes: sizes, state: running(1) };
  }

  get counters(): Counters {
    const counters: Record<string, number> = {};
    for (const [wave, clients] of this.clients.entries())
      for (const bucket of clients) {
        const name = `state|${wave}|LS|${bucket}`;
        counters[name] = (counters[name] ?? 0) + 1;
      }
    for (const [wave, found] of this.#health.entries())
      for (const kind of found.values()) {
        const name = `health|${wave}|${kind}`;
        counters[name] = (counters[name] ?? 0) + 1;
      }
    return counters;
  }

  /** Looks again at the upgraded clients where that is due, as the round of the leader does. */
  look(kind: Health['kind']): void {
    const step = healthStep(this.campaign, this.counters, this.now);
    if (step === null) return;
    const { wave } = step;
    const clients = (this.clients[wave] ?? []).entries().filter(([, bucket]) => bucket === 'upgraded');
    this.ask({ type: 'HealthAsked', wave, survey: 'look-a', clients: 1 });
    for (const [client] of clients) {
      const known = this.#health[wave]?.get(client) ?? 'notKnown';
      if (known === 'notKnown') this.#health[wave]?.set(client, kind);
    }
    const found = { healthy: 0, unhealthy: 0, notKnown: 0 };
    this.ask({ type: 'HealthFound', survey: 'look-a', found });
  }

  put(wave: number, client: number, bucket: Bucket): void {
    const clients = this.clients[wave];
    const before = clients?.[client];
    if (clients === undefined || before === undefined || before === bucket || wave >= this.open) return;
    // A client ends once; only a person opens a client again, who tells the campaign.
    if (before !== 'waiting' && bucket !== 'waiting') return;
    clients[client] = bucket;
    this.#health[wave]?.delete(client);
    this.#changedAt[wave] = this.now;
    if (bucket === 'waiting') this.ask({ type: 'Reopened', because: 'a client is tried again' });
  }

  approve(wave: number): void {
    const { state } = this.campaign;
    if (!('openWaves' in state)) return;
    const approvals = [...(state.approvals ?? []), { wave, by: 'lee', at: this.now }];
    this.campaign = { ...this.campaign, state: { ...state, approvals } };
  }

  read = (): void => this.ask({ type: 'CountersRead', counters: this.counters });

  resume = (): void =>
    this.ask({ type: 'ResumeRequested', by: 'kim', override: true, counters: this.counters });

  ask(event: CampaignEvent): void {
    const before = this.campaign;
    const decision = decideCampaign(before, event, this.now);
    expect(decideCampaign(before, event, this.now)).toEqual(decision);
    if (decision.kind !== 'changed') return;
    this.campaign = decision.campaign;
    const opened = this.open - openIn(before);
    if (opened !== 0) this.#expectMayOpen(before, opened);
  }

  get open(): number {
    return openIn(this.campaign);
  }

  get hasEnded(): boolean {
    return this.campaign.state.status === 'ended';
  }

  /** The rules of the campaign file, computed independently. */
  #expectMayOpen({ definition, state }: Campaign, opened: number): void {
    const last = this.open - 2;
    const gate = definition.waves[last]?.gate;
    const clients = this.clients[last];
    if (gate === undefined || clients === undefined || !('accepted' in state))
      throw new Error('no such wave');
    const of = (...found: readonly Bucket[]): number =>
      clients.filter((bucket) => found.includes(bucket)).length;
    const settled = clients.length - of('waiting');
    const inPlace = clients.length - of('skipped');
    const health = [...(this.#health[last]?.values() ?? [])];
    const ill = health.filter((kind) => kind === 'unhealthy').length;
    const upgraded = of('upgraded', 'alreadyCurrent') - ill + (state.accepted[last] ?? 0);
    const notOk = of('failed', 'needsAttention') + ill - (state.accepted[last] ?? 0);
    const quietFor = this.now - (this.#changedAt[last] ?? 0);
    expect(opened).toBe(1);
    expect(settled * 100).toBeGreaterThanOrEqual(gate.settledPercent * clients.length);
    expect(upgraded * 100).toBeGreaterThanOrEqual((gate.upgradedPercent ?? 0) * inPlace);
    expect(settled - of('skipped')).toBeGreaterThanOrEqual(Math.min(gate.minSample, inPlace));
    expect(quietFor).toBeGreaterThanOrEqual(gate.soakMs ?? 0);
    expect(notOk * 100).toBeLessThanOrEqual(gate.notOkPercent * (settled - of('skipped')));
    if (gate.health !== undefined) this.#expectLookedAt(gate, last, health);
    const yes = state.approvals?.some(({ wave }) => wave === last + 1) ?? false;
    expect(gate.approval !== true || yes).toBe(true);
  }

  /** Every upgraded client was looked at, and enough is known or accepted. */
  #expectLookedAt(gate: Gate, wave: number, health: readonly Health['kind'][]): void {
    const upgraded = (this.clients[wave] ?? []).filter((bucket) => bucket === 'upgraded').length;
    const unknown = health.filter((kind) => kind === 'notKnown').length;
    const isKnown = health.length - unknown >= Math.min(gate.minSample, upgraded);
    expect(health.length).toBe(upgraded);
    expect(isKnown || unknown <= acceptedIn(this.campaign, wave)).toBe(true);
  }
}

/** Of how many upgraded clients a person accepted that their health is not known. */
const acceptedIn = ({ state }: Campaign, wave: number): number =>
  'acceptances' in state ? (state.acceptances?.[wave]?.notKnown ?? 0) : 0;

const openIn = ({ state }: Campaign): number => ('openWaves' in state ? state.openWaves : 0);

const percent = fc.constantFrom(0, 10, 50, 80, 100);
const gate: fc.Arbitrary<Gate> = fc
  .record(
    {
      settledPercent: percent,
      notOkPercent: percent,
      minSample: fc.integer({ min: 1, max: 8 }),
      upgradedPercent: percent,
      soakMs: fc.constantFrom(hours(1), hours(24)),
      approval: fc.constant(true as const),
      health: fc.record({ watchMs: fc.constantFrom(hours(1), hours(24)), notOkPercent: percent }),
    },
    { requiredKeys: ['settledPercent', 'notOkPercent', 'minSample'] },
  )
  .map((asked) => asked);
const gates = fc.tuple(gate, gate, gate);

type Move = (play: Play) => void;
const moves: fc.Arbitrary<readonly Move[]> = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc
        .tuple(fc.nat(2), fc.nat(5), fc.constantFrom<Bucket>('upgraded', 'upgraded', 'waiting', ...ends))
        .map(
          ([wave, client, bucket]): Move =>
            (play) =>
              play.put(wave, client, bucket),
        ),
    },
    {
      weight: 6,
      arbitrary: fc
        .constantFrom(1, hours(1) / 60, hours(1), hours(5), hours(30))
        .map((ms): Move => (play) => {
          play.now += ms;
          play.read();
        }),
    },
    { weight: 6, arbitrary: fc.constant<Move>((play) => play.read()) },
    { weight: 2, arbitrary: fc.constant<Move>((play) => play.resume()) },
    {
      weight: 3,
      arbitrary: fc.constantFrom(...healthKinds).map(
        (kind): Move =>
          (play) =>
            play.look(kind),
      ),
    },
    {
      weight: 1,
      arbitrary: fc.nat(3).map(
        (wave): Move =>
          (play) =>
            play.approve(wave),
      ),
    },
  ),
  { maxLength: 60, size: 'max' },
);

/** Every client of the open waves ends, and time passes; no person does anything. */
function finish(play: Play, health: Health['kind'] = 'healthy'): void {
  for (let turn = 0; turn < 8; turn += 1) {
    for (let wave = 0; wave < play.open; wave += 1)
      for (const [client, bucket] of (play.clients[wave] ?? []).entries())
        if (bucket === 'waiting') play.put(wave, client, 'upgraded');
    play.read();
    play.now += hours(24);
    play.read();
    play.look('notKnown');
    play.now += hours(1);
    play.look(health);
    play.read();
  }
}

describe('gates in any order of events', () => {
  test('never open early, and decide the same on the same numbers', () => {
    fc.assert(
      fc.property(gates, moves, (asked, way) => {
        const play = new Play(asked);
        for (const move of way) move(play);
      }),
      { numRuns: 400 },
    );
  });

  test('are never stuck: the campaign ends, or says for which person it waits', () => {
    fc.assert(
      fc.property(gates, moves, fc.constantFrom(...healthKinds), (asked, way, health) => {
        const play = new Play(asked);
        for (const move of way) move(play);
        finish(play, health);
        if (play.hasEnded) return;
        const { status, waves, actions } = campaignStatus(play.campaign, play.counters, play.now);
        const says = waves[play.open - 1]?.gate ?? '';
        const isForPerson =
          status === 'paused'
            ? actions.some((action) => action.startsWith('servpack campaign resume'))
            : says.includes('waits for approval') ||
              actions.some((action) => action.endsWith('of unknown health'));
        expect(isForPerson, `${status}: ${says}`).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  test('come to the same end with a person who resumes and approves', () => {
    fc.assert(
      fc.property(gates, moves, (asked, way) => {
        const play = new Play(asked);
        for (const move of way) move(play);
        for (const wave of sizes.keys()) play.approve(wave);
        for (let turn = 0; turn < 6 && !play.hasEnded; turn += 1) {
          play.resume();
          finish(play);
        }
        expect(play.hasEnded).toBe(true);
        expect(play.open).toBe(sizes.length);
      }),
      { numRuns: 300 },
    );
  });
});
