import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decide } from '../../shared/domain/upgrade/decide.ts';
import { type Upgrade, withMemory } from '../../shared/domain/upgrade/state.ts';
import { anyEvent, anyRules, fitting } from './any-event.ts';
import { admitted, evening, hours } from './given.ts';

/** The diagram of docs/design/upgrade.md shows what the decider does, and nothing else. */
const text = readFileSync(join(import.meta.dirname, '../../docs/design/upgrade.md'), 'utf8');
const diagram = new Set(
  [...text.matchAll(/^ {2}(\w+) --> (\w+)/gm)].map(([, from, to]) => `${from} --> ${to}`),
);
/** A waiting client has no record, and a settled one is opened again by `reopen.ts`. */
const outsideTheDecider = ['waiting --> looking', 'waiting --> settled', 'settled --> looking'];

const aborted = { end: 'cancelled', cause: 'by hand', because: 'aborted', blockers: [] } as const;
const unmarking = withMemory(admitted, { request: { kind: 'unmark', ending: aborted } });
/** The next deferral of these classes settles the upgrade. */
const spent = withMemory(admitted, { history: { deferrals: { unreachable: 99, restart: 99 } } });
const events = fc.oneof(
  { weight: 30, arbitrary: anyEvent },
  { weight: 1, arbitrary: fc.constant({ type: 'EndRequested', ending: aborted } as const) },
  { weight: 1, arbitrary: fc.constant({ type: 'ClientUnmarked' } as const) },
);

/** Every change of state that the decider makes on many ways through it. */
function everyChange(): ReadonlySet<string> {
  const found = new Set<string>();
  const way = fc.array(fc.tuple(events, fc.integer({ min: 0, max: hours(6) })), {
    minLength: 40,
    maxLength: 120,
  });
  fc.assert(
    fc.property(
      fc.constantFrom(admitted, unmarking, spent),
      anyRules,
      way,
      (first: Upgrade, rules, steps) => {
        let upgrade = first;
        let now = evening;
        for (const [event, later] of steps) {
          now += later;
          const decision = decide(rules, upgrade, fitting(upgrade, event), now);
          if (decision.kind === 'ignored') continue;
          const [from, to] = [upgrade.state.phase, decision.upgrade.state.phase];
          // What waits for a restart is taken back before the upgrade settles: this is not drawn.
          const isTakenBack = to === 'remedying' && from !== 'looking';
          if (from !== to) found.add(`${from} --> ${isTakenBack ? 'settled' : to}`);
          upgrade = decision.upgrade;
        }
      },
    ),
    { numRuns: 20_000, seed: 1 },
  );
  return found;
}

test('docs/design/upgrade.md draws every change of state, and no other', () => {
  const drawn = [...diagram].filter((arrow) => {
    const [from, to] = arrow.split(' --> ');
    return from !== to && !outsideTheDecider.includes(arrow);
  });
  expect([...everyChange()].toSorted()).toEqual(drawn.toSorted());
});
