import { describe, expect, test } from 'vitest';
import { retry } from '../../../orchestrator/domain/reopen.ts';
import type { Intent } from '../../../shared/domain/observation/observation.ts';
import type { UpgradeEvent } from '../../../shared/domain/upgrade/events.ts';
import { wayBack } from '../../../shared/domain/remediation/procedure.ts';
import type { Rules } from '../../../shared/domain/rules/policy.ts';
import { matchesIntent } from '../../../shared/domain/upgrade/stale-journal.ts';
import { type Upgrade, withMemory } from '../../../shared/domain/upgrade/state.ts';
import {
  activated,
  admitted,
  after,
  agentClient,
  evening,
  hours,
  look,
  phases,
  pushed,
  rules as given,
  swapPreImage,
  type Timed,
} from '../given.ts';
import { giveUpAfterCrashes } from '../../../workers/crash-budget.ts';
import { ModelAgent } from './agent.ts';
import { type Mishap, ModelDriver } from './driver.ts';

/** A record restored from an older copy, and a person who ends the upgrade before the next look. */
const rules: Rules = {
  ...pushed,
  policy: {
    ...pushed.policy,
    ladder: ['wait', 'notify', 'replaceAtRestart'],
    restart: { ...given.policy.restart, allowed: 'never' },
  },
};

const intentAt = (step: string, direction: Intent['direction'] = 'forward') =>
  ({ kind: 'replaceAtRestart', campaign: 'sp4', direction, step, preImage: swapPreImage }) as Intent;
const back = wayBack({ procedure: 'replaceAtRestart', preImage: swapPreImage }, null);

/** The record of a client whose new files wait for its restart. */
const waiting = withMemory(admitted, {
  open: { replacing: { preImage: swapPreImage, bootId: 'boot-1' } },
});
const ending = { end: 'cancelled', cause: 'campaign aborted', because: 'kim', blockers: [] } as const;
const ends: UpgradeEvent = { type: 'EndRequested', ending };
const isOff: UpgradeEvent = { type: 'LookFailed', failure: { kind: 'unreachable', message: 'off' } };
const isStale: UpgradeEvent = { type: 'JournalFoundStale', step: 'withdraw' };
const on = (upgrade: Upgrade, ...events: readonly UpgradeEvent[]): Upgrade =>
  after(
    rules,
    upgrade,
    events.map((event): Timed => [evening, event]),
  );

describe('a record from before the client has restarted and proved its new files', () => {
  test('does not turn the replacement round when a person ends the upgrade', () => {
    const nature = {
      service: 'running',
      refuses: [],
      breaks: false,
      goneAfterMs: null,
      program: true,
    } as const;
    const driver = new ModelDriver(rules, new ModelAgent(nature));
    const nothing = (turns: number): null[] => Array.from({ length: turns }, () => null);
    const mishaps: readonly (Mishap | null)[] = [
      ...nothing(10),
      { type: 'restarted' },
      ...nothing(5),
      { type: 'restored', back: 5 },
      { type: 'end' },
    ];
    for (const mishap of mishaps) driver.turn(mishap);
    expect(driver.client.intent).toMatchObject({ direction: 'forward', step: 'removeStaged' });
    for (let turn = 0; turn < 10; turn += 1) driver.turn(null);
    expect(driver.upgrade.state).toMatchObject({ end: 'cancelled', because: 'kim gave it up' });
    expect([driver.client.isNew, driver.client.whyNotWhole()]).toEqual([true, null]);
  });

  test.each(['start', 'prove', 'withdraw', 'removeStaged', 'close'])('is stale at %s', (step) => {
    expect(matchesIntent(back, intentAt(step))).toBe(false);
    expect(phases(on(waiting, look(agentClient, { intent: intentAt(step) })))).toBe(
      `remedying replaceAtRestart forward ${step}`,
    );
  });

  test('is right while the files wait, and about a step of a newer servpack', () => {
    expect(matchesIntent(back, intentAt('queueRenames'))).toBe(true);
    expect(matchesIntent(back, intentAt('teleport'))).toBe(true);
    expect(matchesIntent(back, intentAt('teleport', 'back'))).toBe(true);
  });
});

describe('a procedure at a step that the record does not know', () => {
  const stale = on(waiting, ends, isStale);

  test('is looked for before the upgrade ends as the person wanted', () => {
    expect(phases(stale)).toBe('looking');
    expect(phases(on(stale, isOff))).toBe('deferred unreachable');
    const resumed = on(stale, look(agentClient, { intent: intentAt('close') }));
    expect(phases(resumed)).toBe('remedying replaceAtRestart forward close');
    expect(on(resumed, { type: 'StepDone', step: 'close', preImage: null }).state).toMatchObject(ending);
  });

  test('also when the person ends the upgrade between the stale record and the look', () => {
    const looking = withMemory(admitted, { open: { unfinished: true } });
    expect(phases(on(looking, ends))).toBe('looking');
    expect(on(looking, ends, look(agentClient)).state).toMatchObject(ending);
  });

  test('is named in the ending when no look reaches the client', () => {
    const days = Array.from({ length: 8 }, (_, day): Timed[] => [
      [evening + hours(24 * day), activated],
      [evening + hours(24 * day), isOff],
    ]).flat();
    expect(after(rules, stale, days).state).toMatchObject({
      end: 'failed',
      because: expect.stringContaining('a procedure may be unfinished there, the next look there goes on'),
    });
  });

  test('is named in the ending when the first step may be running', () => {
    const begun = on(admitted, look(agentClient));
    expect(phases(begun)).toBe('remedying swap forward record');
    expect(on(begun, ends).state).toMatchObject({ because: expect.stringContaining('may be unfinished') });
  });
});

test('a procedure on which every worker was lost is looked for first in the next attempt', () => {
  const begun = on(admitted, look(agentClient, { intent: intentAt('prove') }));
  const lost = giveUpAfterCrashes(begun, 10, evening);
  const again = retry(lost, 'the workers are mended');
  if (again.kind !== 'reopened') throw new Error(again.because);
  expect(phases(on(again.upgrade, ends))).toBe('looking');
});

describe('the attempt after an upgrade that settled with a procedure open', () => {
  const refused: UpgradeEvent = {
    type: 'StepFailed',
    step: 'withdraw',
    failure: { kind: 'failed', message: 'no' },
  };
  const open = on(waiting, ends, ...Array.from({ length: 6 }, () => refused));

  test('does not end before a look, and goes on where the client is', () => {
    expect(open.state).toMatchObject({ cause: 'unfinished replacement at a restart' });
    const again = retry(open, 'the disk is free again');
    if (again.kind !== 'reopened') throw new Error(again.because);
    expect(phases(on(again.upgrade, look(agentClient, { intent: intentAt('withdraw', 'back') })))).toBe(
      'remedying replaceAtRestart back withdraw',
    );
    expect(phases(on(again.upgrade, ends))).toBe('looking');
  });
});

test('a server keeps new files that are proved, for its old ones may be removed', () => {
  const server = (step: string): string =>
    phases(on(admitted, look(agentClient, { intent: intentAt(step), role: 'server' })));
  expect(server('removeStaged')).toBe('remedying replaceAtRestart forward removeStaged');
  expect(server('prove')).toBe('remedying replaceAtRestart back withdraw');
});
