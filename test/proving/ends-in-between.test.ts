import { describe, expect, test } from 'vitest';
import { everything } from '../../orchestrator/proving/activation.ts';
import { happenings } from '../../orchestrator/proving/happenings.ts';
import { begin } from '../../orchestrator/proving/search.ts';
import { scopeOf, type World } from '../../orchestrator/proving/world.ts';
import { definitionOf, proofOf } from './given.ts';

/**
 * What a campaign does by itself between two looks at a client: it ends, pauses or aborts. A client
 * that is found the same again and again stands where the campaign has left it.
 */
const first = 'campaign: sp4\nrelease: sms-1.2-sp4\n';
const keys: Readonly<Record<string, string>> = {
  'an end that finishes': 'endAt: 2027-01-05 05:00 UTC\natEnd: finish\n',
  'an end that cancels': 'endAt: 2027-01-05 05:00 UTC\natEnd: cancel\n',
  'an end in the night of a window':
    'endAt: 2027-01-05 05:00 UTC\natEnd: cancel\nwindow: { between: "22:00-06:00" }\n',
  'a gate that stops at the first failure':
    'waves: [{ name: one, count: 1, gate: { failures: 0 %, minSample: 1 } }, { name: rest, rest: true }]\n',
  'a rule that aborts': 'stop: [{ on: failed, percent: 1 %, minSample: 1, within: 24h, do: abort }]\n',
  'a rule that pauses': 'stop: [{ on: unreachable, percent: 1 %, minSample: 1, within: 24h, do: pause }]\n',
};

describe.each(Object.entries(keys))('a campaign with %s', (_, given) => {
  const definition = definitionOf(`${first}${given}`);

  test('has no client that is settled and driven at once', () => {
    const { proof, question } = proofOf(definition, { names: ['stuck', 'undo', 'window'], states: 80 });
    expect(proof.found).toBeNull();
    const scope = scopeOf(question);
    const [group] = proof.parts;
    if (group === undefined) throw new Error('nothing was looked at');
    const worlds: World[] = [begin(scope, group.group).world];
    for (let at = 0; at < worlds.length && worlds.length < 200; at += 1) {
      const world = worlds[at];
      if (world !== undefined) worlds.push(...happenings(scope, world, everything).map((each) => each.world));
    }
    for (const { members } of worlds)
      for (const { upgrade, place } of members)
        expect([upgrade?.state.phase === 'settled', place.is]).toEqual([place.is === 'settled', place.is]);
  });
});
