import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decideCampaign } from '../../orchestrator/domain/decide-campaign.ts';
import { countsSince } from '../../orchestrator/domain/stops.ts';
import type { Campaign, CampaignDecision } from '../../shared/domain/campaign/campaign.ts';
import { stopActions, type StopRule } from '../../shared/domain/campaign/stop.ts';
import { type Fact, type FactCounts, factKinds } from '../../shared/domain/outcome/facts.ts';
import { addFacts, countFacts } from '../twin/facts.ts';
import type { CampaignTable } from '../twin/tables.ts';
import { campaign as given, running } from './given-campaign.ts';
import { evening, minutes } from './given.ts';

/** Stop rules over any facts of a few clients, which arrive in any order. */

interface Arrival {
  readonly client: string;
  readonly at: number;
  readonly fact: Fact;
}

const clients = ['pc-1', 'pc-2', 'pc-3', 'pc-4', 'pc-5'];
const troubles = factKinds.filter((kind) => kind !== 'tried');
const causes = ['disk full', 'file in use', 'disk | full'];
const atMostMs = minutes(120);

const fact: fc.Arbitrary<Fact> = fc.oneof(
  fc.record({
    kind: fc.constantFrom(...troubles),
    cause: fc.constantFrom(...causes),
  }),
  fc.constant<Fact>({ kind: 'tried' }),
);
const arrivals = fc.array(
  fc.record({
    client: fc.constantFrom(...clients),
    at: fc.nat({ max: 120 }).map((ago) => evening - minutes(ago)),
    fact,
  }),
  { maxLength: 40 },
);
const every = {
  withinMs: fc.integer({ min: 1, max: 120 }).map(minutes),
  does: fc.constantFrom(...stopActions),
};
const rule: fc.Arbitrary<StopRule> = fc.oneof(
  fc.record({
    ...every,
    on: fc.constantFrom(...troubles),
    percent: fc.nat({ max: 99 }),
    minSample: fc.integer({ min: 1, max: 4 }),
  }),
  fc.record({ ...every, sameCause: fc.integer({ min: 2, max: 6 }) }),
);
const rules = fc.array(rule, { minLength: 1, maxLength: 3 });
/** Facts in two orders, of which the second one brings some of them more than once. */
const twoOrders = arrivals.chain((all) => {
  const again = fc.subarray(all).map((some) => [...all, ...some]);
  const shuffled = again.chain((more) =>
    fc.shuffledSubarray(more, { minLength: more.length, maxLength: more.length }),
  );
  return fc.tuple(fc.constant(all), shuffled);
});

const withRules = (stop: readonly StopRule[]): Campaign => ({
  ...given,
  definition: { ...given.definition, stop },
  state: running(1),
});

/** What the store counts for each rule of a campaign. */
function counted(campaign: Campaign, all: readonly Arrival[], now: number): readonly FactCounts[] {
  const { definition, state } = campaign;
  const table: Pick<CampaignTable, 'facts' | 'record'> = {
    facts: new Map(),
    record: { version: 1, campaign },
  };
  for (const { client, at, fact: each } of all) addFacts(table, client, { at, facts: [each] });
  const begun = 'startedAt' in state ? state : {};
  return countFacts(
    table,
    (definition.stop ?? []).map((each) => countsSince(each, begun, now)),
  );
}

const decided = (campaign: Campaign, all: readonly Arrival[], now = evening): CampaignDecision =>
  decideCampaign(campaign, { type: 'CountersRead', counters: {}, facts: counted(campaign, all, now) }, now);

describe('stop rules', () => {
  test('decide the same, in the same words, in whatever order and however often facts arrive', () => {
    fc.assert(
      fc.property(rules, twoOrders, (stop, [all, others]) => {
        expect(decided(withRules(stop), others)).toEqual(decided(withRules(stop), all));
      }),
    );
  });

  test('count a client once for each kind and cause, by its newest time', () => {
    fc.assert(
      fc.property(rules, arrivals, (stop, all) => {
        for (const [index, found] of counted(withRules(stop), all, evening).entries()) {
          const after = evening - (stop[index]?.withinMs ?? 0);
          const inTime = all.filter(({ at }) => at > after);
          const clientsWith = (is: (each: Fact) => boolean): number =>
            new Set(inTime.filter((each) => is(each.fact)).map(({ client }) => client)).size;
          for (const kind of factKinds)
            expect(found.kinds[kind] ?? 0).toBe(clientsWith((each) => each.kind === kind));
          for (const cause of causes)
            expect(found.causes[cause] ?? 0).toBe(clientsWith((each) => each.cause === cause));
        }
      }),
    );
  });

  test('never stop for fewer clients with a cause than they name, however often those have it', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 59 }), { maxLength: 30 }), (ago) => {
        const failed = { kind: 'failed', cause: 'disk full' } as const;
        const all = ago.map((each) => ({ client: 'pc-1', at: evening - minutes(each), fact: failed }));
        const same: StopRule = { sameCause: 2, withinMs: minutes(60), does: 'halt' };
        expect(decided(withRules([same]), all).kind).toBe('ignored');
        const other = { client: 'pc-2', at: evening, fact: failed };
        expect(decided(withRules([same]), [...all, other]).kind).toBe(ago.length > 0 ? 'changed' : 'ignored');
      }),
    );
  });

  test('are quiet after a resume until something new happens', () => {
    fc.assert(
      fc.property(rules, arrivals, fc.nat({ max: atMostMs }), (stop, all, later) => {
        const stopped = decided(withRules(stop), all);
        if (stopped.kind !== 'changed' || stopped.campaign.state.status !== 'paused') return;
        const event = { type: 'ResumeRequested', by: 'kim', override: false, counters: {} } as const;
        const resumed = decideCampaign(stopped.campaign, event, evening);
        if (resumed.kind !== 'changed') throw new Error(resumed.because);
        expect(decided(resumed.campaign, all, evening + later).kind).toBe('ignored');
      }),
    );
  });
});
