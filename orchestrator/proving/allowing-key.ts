import type { Budgets, CampaignDefinition } from '../../shared/domain/campaign/definition.ts';
import type { CampaignPolicy, LadderStep } from '../../shared/domain/rules/policy.ts';
import type { Group } from './groups.ts';
import type { Asked } from './asked.ts';
import { type Counterexample, lengthOf, type Limits, search } from './search.ts';
import { type Scope, scopeOf } from './world.ts';

/** The key of the file without which the counterexample is not possible. */
export interface Allowing {
  /** Null = no single key, nor two of those that were tried. */
  readonly path: readonly (string | number)[] | null;
  /** What the key would have to say. */
  readonly instead: string;
}

/** The same file with another value of one key. */
interface Change {
  readonly path: readonly (string | number)[];
  readonly instead: string;
  readonly change: (definition: CampaignDefinition) => CampaignDefinition;
}

/** It only has to find a story that is as short, in some times the states of the first search. */
const timesTheStates = 3;
const statesAtLeast = 500;

/**
 * The key that allows a violation: with another value of the key, stories of the same length no
 * longer violate the property. Keys that say more of the property are tried first, then pairs of
 * keys.
 */
export function allowingKey(
  scope: Scope,
  group: Group,
  asked: Asked,
  { counterexample: found, states }: { readonly counterexample: Counterexample; readonly states: number },
  limits: Limits,
): Allowing {
  const changes = changesFor(scope.definition, asked, found);
  const only: Asked = { ...asked, names: [found.property] };
  const most = Math.max(statesAtLeast, timesTheStates * states);
  const bounds = { ...limits, depth: lengthOf(scope, found), states: most };

  const isMended = (...made: readonly Change[]): boolean => {
    const definition = made.reduce((current, { change }) => change(current), scope.definition);
    return search(scopeOf({ ...scope, definition }), group, only, bounds).counterexample === null;
  };
  const single = changes.find((change) => isMended(change));
  if (single !== undefined) return { path: single.path, instead: single.instead };
  for (const [at, one] of changes.entries())
    for (const other of changes.slice(at + 1))
      if (isMended(one, other))
        return {
          path: one.path,
          instead: `${one.instead}, together with ${other.path.join('.')}: ${other.instead}`,
        };
  return { path: null, instead: '' };
}

const ofPolicy =
  (change: (policy: CampaignPolicy) => CampaignPolicy): Change['change'] =>
  (definition) => ({ ...definition, policy: change(definition.policy) });

const without = (step: LadderStep): Change['change'] =>
  ofPolicy((policy) => ({
    ...policy,
    ladder: policy.ladder.filter((each) => each !== step),
    ...(policy.ladders === undefined
      ? {}
      : {
          ladders: policy.ladders.map((each) => ({
            ...each,
            steps: each.steps.filter((name) => name !== step),
          })),
        }),
  }));

const notForced: Change = {
  path: ['atEnd'],
  instead: 'finish',
  change: ofPolicy((policy) =>
    policy.end === undefined ? policy : { ...policy, end: { ...policy.end, does: 'finish' } },
  ),
};

const restarts = (allowed: CampaignPolicy['restart']['allowed']): Change => ({
  path: ['restart', 'allowed'],
  instead: allowed,
  change: ofPolicy((policy) => ({ ...policy, restart: { ...policy.restart, allowed } })),
});

function changesFor(definition: CampaignDefinition, asked: Asked, found: Counterexample): readonly Change[] {
  const { policy, budgets } = definition;
  const isForced = policy.end?.does === 'force' ? [notForced] : [];
  switch (found.property) {
    case 'loggedOn':
      return [
        ...(policy.restart.allowed === 'always' ? [restarts('nobodyLoggedOn')] : []),
        ...isForced,
        restarts('never'),
      ];
    case 'window':
      return isForced;
    case 'approval':
      return (definition.approvals ?? []).flatMap(({ onExpiry }, at): readonly Change[] =>
        onExpiry !== 'approve'
          ? []
          : [
              {
                path: ['approvals', at, 'onExpiry'],
                instead: 'reject',
                change: (given) => rejecting(given, at),
              },
            ],
      );
    case 'undo':
      return [{ path: ['ladder'], instead: 'no relocation', change: without('relocation') }];
    case 'stuck':
      return stuckChanges(definition);
    case 'neverDown':
      return downChanges(budgets, asked.neverDown?.most ?? 1, policy);
  }
}

const rejecting = (definition: CampaignDefinition, at: number): CampaignDefinition => ({
  ...definition,
  approvals: (definition.approvals ?? []).map((rule, index) => {
    const { onExpiry: _expiry, ...others } = rule;
    return index === at ? (others as typeof rule) : rule;
  }),
});

function stuckChanges({ policy, budgets }: CampaignDefinition): readonly Change[] {
  return [
    ...(budgets.remediations === undefined
      ? []
      : [
          {
            path: ['budgets', 'remediations'],
            instead: 'a larger number, or no limit',
            change: (given: CampaignDefinition) => {
              const { remediations: _limits, ...others } = given.budgets;
              return { ...given, budgets: others };
            },
          },
        ]),
    ...(policy.restart.between === null
      ? []
      : [
          {
            path: ['restart', 'between'],
            instead: 'hours in which a window is open',
            change: ofPolicy((given) => ({ ...given, restart: { ...given.restart, between: null } })),
          },
        ]),
  ];
}

const firstFailureStops: Change = {
  path: ['gate'],
  instead: '{ failures: 0 %, minSample: 1 }',
  change: (definition) => ({
    ...definition,
    waves: definition.waves.map((wave) => ({
      ...wave,
      gate: { ...wave.gate, notOkPercent: 0, minSample: 1 },
    })),
  }),
};

function withRestarts(budgets: Budgets, most: number): Budgets {
  const { perLogonServer, perLabel = {} } = budgets.restarts ?? {};
  const labels = Object.fromEntries(Object.keys(perLabel).map((key) => [key, most]));
  const ofServer = perLogonServer === undefined ? {} : { perLogonServer: most };
  return { ...budgets, restarts: { ...ofServer, perLabel: labels } };
}

function downChanges(budgets: Budgets, most: number, policy: CampaignPolicy): readonly Change[] {
  const budget = (key: 'perLogonServer' | 'active'): Change => ({
    path: ['budgets', key],
    instead: String(most),
    change: (definition) => ({ ...definition, budgets: { ...definition.budgets, [key]: most } }),
  });
  const restartSlots: Change = {
    path: ['budgets', 'restarts'],
    instead: `at most ${most} at the same time`,
    change: (definition) => ({ ...definition, budgets: withRestarts(definition.budgets, most) }),
  };
  const ladders = [policy.ladder, ...(policy.ladders ?? []).map(({ steps }) => steps)];
  const has = (step: LadderStep): boolean => ladders.some((steps) => steps.includes(step));
  return [
    ...(has('workaround')
      ? [{ path: ['ladder'], instead: 'no workaround', change: without('workaround') }]
      : []),
    ...(most === 0 || budgets.restarts === undefined ? [] : [restartSlots]),
    // No file has a budget of 0.
    ...(most > 0 && budgets.perLogonServer > most ? [budget('perLogonServer')] : []),
    firstFailureStops,
    ...(most > 0 && budgets.active > most ? [budget('active')] : []),
    ...(most === 0 ? [restarts('never')] : []),
  ];
}
