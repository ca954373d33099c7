import { describe, expect, test } from 'vitest';
import { groupOf } from '../../orchestrator/proving/properties.ts';
import { keyWords } from '../../orchestrator/proving/proof-document.ts';
import { begin } from '../../orchestrator/proving/search.ts';
import { firstWorld, scopeOf } from '../../orchestrator/proving/world.ts';
import type { CampaignDefinition } from '../../shared/domain/campaign/definition.ts';
import { isWindowOpen } from '../../shared/domain/time/window.ts';
import { beginsSomething } from '../../shared/domain/upgrade/placement.ts';
import { runsOf } from '../environment/seeds.ts';
import { definitionOf, proofOf } from './given.ts';
import { kindsOfPolicies, seededPolicy, type SeededPolicy } from './policies.ts';
import { walkAgain, type WalkedTo } from './second-walk.ts';

/** At least one of each kind. */
const seeds = Array.from({ length: runsOf(30, kindsOfPolicies) }, (_, seed) => seed);
const bad = seeds.map((seed) => seededPolicy(seed, true));
const good = seeds.map((seed) => seededPolicy(seed, false));

const prove = ({ text, product, property, per }: SeededPolicy, states: number) =>
  proofOf(definitionOf(text), {
    product,
    names: [property],
    ...(per === null ? {} : { neverDown: { most: 1, per } }),
    states,
  });

describe('a policy that breaks one property', () => {
  test.each(bad)('has a counterexample, which a second walk confirms: $kind, seed $seed', async (policy) => {
    const definition = definitionOf(policy.text);
    const { proof, question } = prove(policy, 800);
    const { found } = proof;
    expect(found?.property).toBe(policy.property);
    expect(keyWords(found?.allowing.path ?? [])).toBe(policy.key);
    const group = found?.group ?? { clients: [], inOneWave: true };
    const scope = scopeOf(question);
    const first = firstWorld(scope, group);
    const moments = [
      ...begin(scope, group).moments,
      ...(found?.events ?? []).flatMap((event) => event.moments),
    ];
    const steps = moments.map(({ step }) => step);
    const walked = await walkAgain(definition, policy.product, first, steps);
    expect(isBroken(policy, definition, walked)).toBe(true);
  });
});

describe('a policy that has the key right', () => {
  test.each(good)('has no counterexample: $kind, seed $seed', (policy) => {
    const { proof } = prove(policy, 240);
    expect(proof.found).toBeNull();
    expect(proof.parts.every(({ depth }) => depth > 0)).toBe(true);
  });
});

/** Does the walk end with what the property forbids? By the events alone. */
function isBroken(
  { property, per, kind }: SeededPolicy,
  definition: CampaignDefinition,
  walked: WalkedTo,
): boolean {
  const { clients, campaign, last } = walked;
  const subject = last.kind === 'campaign' ? undefined : clients[last.member];
  const { window } = definition.policy;
  switch (property) {
    case 'neverDown': {
      const down = clients.filter(({ downIn, serviceStopped }) => downIn !== null || serviceStopped);
      const groups = Map.groupBy(down, ({ client }) => groupOf(per ?? '', client));
      return [...groups.values()].some((group) => group.length > 1);
    }
    case 'loggedOn':
      return last.kind === 'command' && last.command === 'RestartClient' && subject?.loggedOn === true;
    case 'window':
      return (
        last.kind === 'upgrade' &&
        beginsSomething(last.after) &&
        window !== null &&
        !isWindowOpen(window, subject?.client.zone ?? '', last.at)
      );
    case 'approval': {
      const said = JSON.stringify([campaign.approvals, subject?.upgrade?.memory.history.approvals]);
      const begins =
        last.kind === 'campaign'
          ? 'openWaves' in campaign.state && campaign.state.openWaves === 2
          : last.kind === 'upgrade' && beginsSomething(last.after);
      return begins && said.includes('"by":null') && !said.includes('"by":"kim"');
    }
    case 'stuck':
      return kind.startsWith('restarts')
        ? !canRestart(definition)
        : clients.filter(({ upgrade }) => (upgrade?.memory.history.tried.length ?? 0) > 0).length ===
            definition.budgets.remediations?.perWave;
    case 'undo':
      return false;
  }
}

/** Is there a minute of the day in which the window is open, and restarts are allowed? */
function canRestart({ policy: { window, restart } }: CampaignDefinition): boolean {
  const minutes = Array.from({ length: 24 * 60 }, (_, minute) => Date.UTC(2027, 0, 5) + minute * 60_000);
  return minutes.some(
    (at) =>
      (window === null || isWindowOpen(window, 'UTC', at)) &&
      (restart.between === null || isWindowOpen(restart.between, 'UTC', at)),
  );
}
