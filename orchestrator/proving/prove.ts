import type { CampaignDefinition, Client } from '../../shared/domain/campaign/definition.ts';
import { type Allowing, allowingKey } from './allowing-key.ts';
import { type Group, groupsOf } from './groups.ts';
import type { Equipment } from './machine.ts';
import type { Asked, PropertyName } from './asked.ts';
import { type Counterexample, lengthOf, type Limits, search, type Searched } from './search.ts';
import { smallFleet } from './small-fleet.ts';
import { type Scope, scopeOf } from './world.ts';

/** What is to be proved, and within which bounds. */
export interface Question extends Limits {
  readonly definition: CampaignDefinition;
  readonly equipment: Equipment;
  readonly asked: Asked;
  readonly startsAt: number;
  readonly faults: number;
  /** How much of the time is left, in real milliseconds; left out = it ends no search. */
  readonly leftMs?: () => number;
}

/** What was found for some of the clients. */
export interface ProvedPart extends Searched {
  readonly group: Group;
}

export interface Proof {
  readonly clients: readonly Client[];
  /** Selectors of the file that the clients do not cover on both sides. */
  readonly uncovered: readonly string[];
  readonly parts: readonly ProvedPart[];
  readonly found: (Counterexample & { readonly allowing: Allowing; readonly group: Group }) | null;
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
  const given = { clients, uncovered, taken: takenOf(question) };
  let parts: readonly ProvedPart[] = [];
  // A short search in every group first: it finds most counterexamples, and the long search of one
  // group does not take the time of the next one.
  for (const share of [shortShare, 1]) {
    const before = parts;
    parts = [];
    for (const [at, group] of groups.entries()) {
      const states = Math.ceil(share * statesFor(question.states, at, groups.length));
      const limits = { ...question, states, isOver: isOverFor(question, groups.length - at) };
      const known = before[at];
      const found = known?.endedBy === 'everything' ? known : search(scope, group, asked, limits);
      parts = [...parts, { ...found, group }];
      if (found.counterexample === null) continue;
      const first = { ...found, counterexample: found.counterexample, group };
      const shortest = shortestOf(scope, asked, first, groups.slice(at + 1), limits);
      const allowing = allowingKey(scope, shortest.group, asked, shortest, question);
      return { ...given, parts, found: { ...shortest.counterexample, allowing, group: shortest.group } };
    }
  }
  return { ...given, parts, found: null };
}

interface FoundIn extends Searched {
  readonly counterexample: Counterexample;
  readonly group: Group;
}

/** The groups that were not looked at yet may have a shorter story that violates the same. */
function shortestOf(
  scope: Scope,
  asked: Asked,
  first: FoundIn,
  others: readonly Group[],
  limits: Limits,
): FoundIn {
  let shortest = first;
  const only: Asked = { ...asked, names: [first.counterexample.property] };
  for (const group of others) {
    const depth = lengthOf(scope, shortest.counterexample) - 1;
    const found = search(scope, group, only, { ...limits, depth });
    if (found.counterexample !== null) shortest = { ...found, counterexample: found.counterexample, group };
  }
  return shortest;
}

const shortShare = 0.05;

/** The last group, of all clients, gets a half of the states; the others share the rest. */
const statesFor = (all: number, at: number, groups: number): number =>
  at === groups - 1 ? all / 2 : all / (2 * (groups - 1));

/** Each of the groups that are left may take an equal part of the time that is left. */
function isOverFor({ isOver, leftMs }: Question, groupsLeft: number): () => boolean {
  if (leftMs === undefined) return isOver;
  const until = leftMs() - leftMs() / groupsLeft;
  return () => isOver() || leftMs() < until;
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
