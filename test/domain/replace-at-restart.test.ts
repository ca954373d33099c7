import { describe, expect, test } from 'vitest';
import type { Observation } from '../../shared/domain/observation/observation.ts';
import { matchesIntent } from '../../shared/domain/upgrade/stale-journal.ts';
import type { Rules } from '../../shared/domain/rules/policy.ts';
import { stepsOf, wayBack } from '../../shared/domain/remediation/procedure.ts';
import type { UpgradeEvent } from '../../shared/domain/upgrade/events.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import {
  activated,
  admitted,
  after,
  agentClient,
  anna,
  annasProgram,
  evening,
  hours,
  look,
  minutes,
  phases,
  pushed,
  swapPreImage,
  type Timed,
  upToDate,
} from './given.ts';

/**
 * A user never closes a program on a client of route `push`: its files are replaced at its next
 * start.
 */
const rules: Rules = {
  ...pushed,
  policy: { ...pushed.policy, ladder: ['wait', 'notify', 'replaceAtRestart'] },
};

const program: Partial<Observation> = {
  ...agentClient,
  processes: [...(agentClient.processes ?? []), annasProgram],
};
const isNew: Partial<Observation> = { ...agentClient, ...upToDate, setupPhase: 'none', locked: [] };
const intent: Observation['intent'] = {
  kind: 'replaceAtRestart',
  campaign: 'sp4',
  direction: 'forward',
  step: 'queueRenames',
  preImage: swapPreImage,
};

const done = (step: string): UpgradeEvent =>
  ({ type: 'StepDone', step, preImage: step === 'record' ? swapPreImage : null }) as UpgradeEvent;

const steps = stepsOf('replaceAtRestart', 'forward');
const rest = steps.indexOf('queueRenames') + 1;
/** After three looks the program persists. */
const looks: readonly Timed[] = [0, 1, 2].map((hour) => [evening + hours(hour), look(program)]);
const queued: readonly Timed[] = [
  ...looks.flatMap(([at, event]): Timed[] => [
    [at, activated],
    [at, event],
  ]),
  ...steps.slice(0, rest).map((step): Timed => [evening + hours(2), done(step)]),
];

const waiting = (): Upgrade => after(rules, admitted, queued);

describe('files that a program never closes', () => {
  test('are brought, queued for the next start, and proved after it; nothing is stopped for them', () => {
    let upgrade = waiting();
    expect(phases(upgrade)).toBe('looking');
    const at = evening + hours(3);
    const way: readonly Timed[] = [
      [at, look(program, { intent })],
      [at, { type: 'RestartOrdered' }],
      [at + minutes(5), activated],
      [at + minutes(5), look(agentClient, { intent, bootId: 'boot-2' })],
      ...steps.slice(rest).map((step): Timed => [at + minutes(6), done(step)]),
      [at + minutes(7), look(isNew, { bootId: 'boot-2' })],
    ];
    const seen = way.map((timed) => {
      upgrade = after(rules, upgrade, [timed]);
      return phases(upgrade);
    });
    expect(seen).toEqual([
      'ordering',
      'restarting',
      'looking',
      'remedying replaceAtRestart forward start',
      'remedying replaceAtRestart forward prove',
      'remedying replaceAtRestart forward withdraw',
      'remedying replaceAtRestart forward removeStaged',
      'remedying replaceAtRestart forward close',
      'looking',
      'settled upgraded',
    ]);
    expect(steps).not.toContain('stop');
  });

  test('wait while a user is logged on, and are withdrawn when the budget for that is spent', () => {
    const patient = after(rules, waiting(), [[evening + hours(3), look(program, { intent, users: [anna] })]]);
    expect(patient.state).toMatchObject({
      phase: 'deferred',
      class: 'restart',
      because: 'waits to restart: anna is logged on, session 1',
    });
    const spent = Array.from({ length: 6 }, (_, i): Timed[] => [
      [evening + hours(20 * (i + 1)), activated],
      [evening + hours(20 * (i + 1)), look(program, { intent, users: [anna] })],
    ]).flat();
    const back = after(rules, patient, spent);
    expect(phases(back)).toBe('remedying replaceAtRestart back withdraw');
    const ended = after(
      rules,
      back,
      stepsOf('replaceAtRestart', 'back').map((step): Timed => [evening + hours(140), done(step)]),
    );
    expect(phases(ended)).toBe('settled needsAttention');
    expect(ended.memory.open.replacing).toBeNull();
  });

  test('are not taken back by an old record when they were replaced since', () => {
    const found = after(rules, waiting(), [[evening + hours(3), look(isNew, { bootId: 'boot-2' })]]);
    expect(phases(found)).toBe('settled upgraded');
    const old = wayBack({ procedure: 'replaceAtRestart', preImage: swapPreImage }, null);
    expect(matchesIntent(old, null)).toBe(false);
    expect(matchesIntent(old, intent)).toBe(true);
  });

  test('are found by their intent without the record, and go on where they are', () => {
    const found = after(rules, admitted, [[evening, look(program, { intent })]]);
    expect(phases(found)).toBe('remedying replaceAtRestart forward queueRenames');
  });

  test('are not replaced at a restart on another route', () => {
    const logon: Rules = { ...rules, product: { ...rules.product, route: 'logon', swap: null } };
    const blocked = after(logon, admitted, queued);
    expect(blocked.state).toMatchObject({ phase: 'deferred', class: 'program' });
  });
});
