import type { CampaignDefinition, Client } from '../../shared/domain/campaign/definition.ts';
import { type Allowing, allowingKey } from './allowing-key.ts';
import { groupsOf } from './groups.ts';
import type { Equipment } from './machine.ts';
import type { Asked, PropertyName } from './asked.ts';
import { type Counterexample, type Limits, search, type Searched } from './search.ts';
import { smallFleet } from './small-fleet.ts';
import { scopeOf } from './world.ts';

/** What is to be proved, and within which bounds. */
export interface Question extends Limits {
  readonly definition: CampaignDefinition;
  readonly equipment: Equipment;
  readonly asked: Asked;
  readonly startsAt: number;
  readonly faults: number;
}

/** What was found for some of the clients. */
export interface ProvedPart extends Searched {
  readonly clients: readonly string[];
}

export interface Proof {
  readonly clients: readonly Client[];
  /** Selectors of the file that the clients do not cover on both sides. */
  readonly uncovered: readonly string[];
  readonly parts: readonly ProvedPart[];
  readonly found: (Counterexample & { readonly allowing: Allowing }) | null;
  /** Not looked at: things of the file that the proof takes as given. */
  readonly taken: readonly string[];
}

/** Three clients show what two clients of one logon server and one of another do to each other. */
const clientsAtLeast = 3;

/**
 * Small-scope checking of a policy: all orders of events of a few clients, over the domain code
 * itself. Each client is looked at alone first, which goes deepest, and all together at last.
 */
export function prove(question: Question): Proof {
  const { asked } = question;
  const definition = withoutHealth(question.definition);
  const scope = scopeOf({ ...question, definition });
  const per = asked.neverDown?.per ?? null;
  const count = Math.max(clientsAtLeast, (asked.neverDown?.most ?? 0) + 2);
  const { clients, uncovered } = smallFleet(definition, count, per);
  const groups = groupsOf(definition, clients, asked);
  const parts: ProvedPart[] = [];
  for (const [at, group] of groups.entries()) {
    // The last group, of all clients, gets a half of the states; the others share the rest.
    const states =
      at === groups.length - 1 ? question.states / 2 : question.states / (2 * (groups.length - 1));
    const found = search(scope, group, asked, { ...question, states: Math.ceil(states) });
    parts.push({ ...found, clients: group.clients.map(({ client }) => client) });
    const { counterexample } = found;
    if (counterexample === null) continue;
    const allowing = allowingKey(scope, group, asked, { ...found, counterexample }, question);
    return { clients, uncovered, parts, found: { ...counterexample, allowing }, taken: takenOf(question) };
  }
  return { clients, uncovered, parts, found: null, taken: takenOf(question) };
}

/** Looks at upgraded clients are no event of a proof: they are taken to find healthy clients. */
const withoutHealth = (definition: CampaignDefinition): CampaignDefinition => ({
  ...definition,
  waves: definition.waves.map((wave) => {
    const { health: _health, ...gate } = wave.gate;
    return { ...wave, gate };
  }),
});

function takenOf({ definition }: Question): readonly string[] {
  return [
    ...(definition.hooks === undefined ? [] : ['every hook says go']),
    ...(definition.waves.some(({ gate }) => gate.health !== undefined)
      ? ['upgraded clients stay healthy']
      : []),
    ...(definition.speed === undefined
      ? []
      : ['clients start as fast as there are slots, whatever speed says']),
  ];
}

/** The properties that are asked of a file where the operator names none. */
export function usualProperties({ policy }: CampaignDefinition): readonly PropertyName[] {
  const all: readonly PropertyName[] = ['loggedOn', 'window', 'approval', 'undo', 'stuck'];
  return policy.restart.allowed === 'always' ? all.filter((name) => name !== 'loggedOn') : all;
}
