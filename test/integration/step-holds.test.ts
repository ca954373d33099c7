import { describe, expect, test } from 'vitest';
import { type Direction, type Procedure, stepsOf } from '../../shared/domain/remediation/procedure.ts';
import type { CampaignPolicy, MoveBy } from '../../shared/domain/rules/policy.ts';
import type { StepHold } from '../lab/fleet/holds.ts';
import type { Trait } from '../../orchestrator/simulation/machines/traits.ts';
import { oneClient } from '../fixtures/one-client.ts';

/**
 * Tests stop a driver at each step of a procedure. The lab recognises the step by the calls alone,
 * so this holds the lab's table of steps against the steps of the driver.
 */
const places = ['before', 'announced', 'after'] as const;

interface Way {
  readonly procedure: Procedure;
  readonly direction: Direction;
  /** A trait with which a client takes this way to its end. */
  readonly trait: Trait;
  readonly policy: Partial<CampaignPolicy>;
  readonly moveBy?: MoveBy;
}

const workaround = { ladder: ['wait', 'workaround'], structural: 'atOnce' } as const;
/** The procedure begins at the first look: no further look has to confirm the blocker. */
const replacing = {
  ladder: ['wait', 'replaceAtRestart'],
  persistence: { looks: 0, afterMs: 1, restarts: 9, minGapMs: 0 },
} as const;
const ways: readonly Way[] = [
  { procedure: 'relocation', direction: 'forward', trait: 'pcmInBin', policy: { structural: 'atOnce' } },
  { procedure: 'relocation', direction: 'back', trait: 'staysHome', policy: { structural: 'atOnce' } },
  {
    procedure: 'relocation',
    direction: 'forward',
    trait: 'pcmInBin',
    policy: { structural: 'atOnce' },
    moveBy: 'reinstall',
  },
  {
    procedure: 'relocation',
    direction: 'back',
    trait: 'staysHome',
    policy: { structural: 'atOnce' },
    moveBy: 'reinstall',
  },
  { procedure: 'workaround', direction: 'forward', trait: 'pcmInBin', policy: workaround },
  { procedure: 'workaround', direction: 'back', trait: 'pcmInBin', policy: workaround },
  { procedure: 'swap', direction: 'forward', trait: 'agent', policy: {} },
  { procedure: 'swap', direction: 'back', trait: 'agentBreaks', policy: {} },
  { procedure: 'replaceAtRestart', direction: 'forward', trait: 'agent', policy: replacing },
  { procedure: 'replaceAtRestart', direction: 'back', trait: 'agentBreaks', policy: replacing },
];

const cases = ways.flatMap((way) =>
  stepsOf(way.procedure, way.direction).flatMap((step) => places.map((when) => ({ ...way, step, when }))),
);

describe('a hold of the lab stops a driver at every step of a procedure', () => {
  test.each(cases)('$when $step of the $procedure, $direction, $moveBy', async (way) => {
    const { trait, policy, moveBy, ...place } = way;
    await using one = await oneClient(trait, policy, undefined, moveBy === undefined ? {} : { moveBy });
    const { procedure, direction, step, when } = place;
    const hold = await one.fleet.hold({ client: one.client, procedure, direction, step, when });
    const settled = one.settle();
    await hold.reached();

    const { state } = (await one.stored()).upgrade;
    expect(state).toMatchObject({ phase: 'remedying', journal: { procedure, direction, step } });
    const intent = (await one.fleet.clientTruth(one.client))?.intent;
    const named = intent?.direction === direction ? intent.step : null;
    expect(named === step).toBe(isNamed(place));

    await hold.release();
    expect((await settled).upgrade.state).toMatchObject({ phase: 'settled' });
    expect((await one.fleet.clientTruth(one.client))?.violations).toEqual([]);
  });
});

/** The call that removes the intent names no step: the intent is there before, and gone after. */
const isNamed = ({ step, when }: Pick<StepHold, 'step' | 'when'>): boolean =>
  step !== 'close' && when !== 'before';
