import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type {
  ClientHookEnd,
  ClientHookMoment,
  ClientHookRun,
} from '../../shared/domain/rules/client-hooks.ts';
import type { Rules } from '../../shared/domain/rules/policy.ts';
import { hookRun, newlyOpen, openHook } from '../../shared/domain/upgrade/open-hook.ts';
import { countersOf } from '../../shared/domain/upgrade/count-upgrade.ts';
import { decide } from '../../shared/domain/upgrade/decide.ts';
import type { UpgradeEvent } from '../../shared/domain/upgrade/events.ts';
import { decodeMemory, encodeMemory } from '../../shared/domain/upgrade/memory-codec.ts';
import { beginsSomething, placementOf } from '../../shared/domain/upgrade/placement.ts';
import { newUpgrade, type Upgrade } from '../../shared/domain/upgrade/state.ts';
import { rebuiltUpgrade } from '../../orchestrator/domain/rebuilt.ts';
import { retry } from '../../orchestrator/domain/reopen.ts';
import { anyEvent, anyRules, fitting } from './any-event.ts';
import { blockedByProgram, evening, hours, look, minutes, rules, upToDate, withPolicy } from './given.ts';

const hooks = { before: 'ask-desk', after: 'close-ticket' };
const hooked: Rules = { ...rules, hooks };

function after(known: Rules, before: Upgrade, event: UpgradeEvent, at = evening): Upgrade {
  const decision = decide(known, before, event, at);
  return decision.kind === 'changed' ? decision.upgrade : before;
}

const fresh = newUpgrade('pc-1', 0, 'LS-ROM');
const asking = (known = hooked): Upgrade => after(known, fresh, look());
const begun = (moment: ClientHookMoment, owner = 'host/1'): UpgradeEvent => ({
  type: 'HookBegun',
  moment,
  owner,
});
const ended = (moment: ClientHookMoment, state: ClientHookEnd['state'], runs = 1): UpgradeEvent => ({
  type: 'HookEnded',
  moment,
  owner: 'host/1',
  runs,
  end: { state, because: `it says ${state}` },
});
const answered = (state: ClientHookEnd['state'], upgrade = asking()): Upgrade =>
  after(hooked, after(hooked, upgrade, begun('before')), ended('before', state));

describe('the hook before a client', () => {
  test('is asked when something would begin: the client waits without a slot, and spends no budget', () => {
    const upgrade = asking();
    expect(upgrade.state).toEqual({
      phase: 'deferred',
      class: 'hook',
      until: evening + hours(24),
      because: 'waits for its hook before-client: ask-desk',
      blockers: [],
    });
    expect(placementOf(upgrade)).toMatchObject({ kind: 'rest', keepsSlots: false });
    expect(upgrade.memory.history.deferrals).toEqual({});
    expect(upgrade.memory.learned.lastLook).not.toBeNull();
    expect(countersOf(upgrade)).toMatchObject({ 'deferred|hook': 1, 'clientHook|before|open': 1 });
  });

  test('is not asked for a client on which nothing begins', () => {
    expect(after(hooked, fresh, look(upToDate)).memory.history.hooks?.before).toBeUndefined();
    expect(after(hooked, fresh, look(blockedByProgram)).state).toMatchObject({ class: 'program' });
  });

  test('says go: the client is looked at, and begins', () => {
    const upgrade = answered('go');
    expect(upgrade.state.phase).toBe('looking');
    expect(countersOf(upgrade)).not.toHaveProperty('clientHook|before|open');
    expect(after(hooked, upgrade, look(), evening + 1).state.phase).toBe('marking');
  });

  test('says wait: the client goes on waiting, and a second run is counted', () => {
    const upgrade = answered('wait');
    expect(upgrade.state).toBe(after(hooked, upgrade, { type: 'UpdateRan' }).state);
    expect(openHook(upgrade)).toMatchObject({ moment: 'before', run: { state: 'wait', runs: 1 } });
    expect(openHook(after(hooked, upgrade, begun('before')))).toMatchObject({ run: { runs: 2 } });
  });

  test.each([
    ['stop', 'hook said stop', 'hook before-client said stop: it says stop'],
    [
      'unknown',
      'outcome of its hook not known',
      'hook before-client: it says unknown; it is not run again by itself, and a retry of the client runs it again',
    ],
  ] as const)('says %s: the client needs attention, and a retry asks again', (state, cause, because) => {
    const upgrade = answered(state);
    expect(upgrade.state).toMatchObject({ phase: 'settled', end: 'needsAttention', cause, because });
    expect(countersOf(upgrade)).toMatchObject({ [`clientHook|before|${state}`]: 1 });
    const closed = after(hooked, after(hooked, upgrade, begun('after')), ended('after', 'go'));
    const retried = retry(closed, 'the desk said yes');
    if (retried.kind === 'refused') throw new Error(retried.because);
    const again = after(hooked, retried.upgrade, look(), evening + 1);
    expect(again.state).toMatchObject({ phase: 'deferred', class: 'hook' });
    expect(openHook(again)?.run).toEqual({ attempt: 2, state: 'asked', since: evening + 1, runs: 0 });
  });

  test('that has stopped while a check-in had the client looked at lets nothing begin either', () => {
    const running = after(hooked, asking(), begun('before'));
    const looking = after(hooked, running, { type: 'CheckedIn' });
    expect(openHook(looking)).toMatchObject({ run: { state: 'running' } });
    const stopped = after(hooked, looking, ended('before', 'stop'));
    expect(stopped.state.phase).toBe('looking');
    expect(after(hooked, stopped, look()).state).toMatchObject({ cause: 'hook said stop' });
  });

  test('asks inside the window alone, and a closed window does not ask again', () => {
    const window = { days: [1], from: 20 * 60, to: 22 * 60 };
    const timed: Rules = { ...withPolicy({ window }), hooks };
    expect(after(timed, fresh, look(), evening - minutes(1)).state).toMatchObject({ class: 'window' });
    const waits = asking(timed);
    const closed = after(timed, waits, { type: 'Activated' }, evening + hours(3));
    expect([closed.state, openHook(closed)]).toMatchObject([{ class: 'window' }, null]);
    const opened = after(
      timed,
      after(timed, closed, { type: 'Activated' }, evening + hours(168)),
      look(),
      evening + hours(168),
    );
    expect([opened.state, openHook(opened)]).toMatchObject([{ class: 'hook' }, { run: { since: evening } }]);
  });

  test('that the campaign has no more lets the client go on', () => {
    const waived = after(rules, asking(), { type: 'HookWaived', moment: 'before', because: 'no such hook' });
    expect(waived.state.phase).toBe('looking');
    expect(after(hooked, waived, look()).state.phase).toBe('marking');
  });
});

test('after a rebuild from the audit a hook that ran is unknown, and one that was to be run is asked for', () => {
  const running = rebuiltUpgrade(after(hooked, asking(), begun('before')), evening + 1);
  expect(running.state.phase).toBe('looking');
  expect(openHook(running)?.run).toMatchObject({ state: 'running', owner: 'host/1' });
  const lost = after(hooked, running, ended('before', 'unknown'));
  expect(after(hooked, lost, look()).state).toMatchObject({ cause: 'outcome of its hook not known' });
  const asked = rebuiltUpgrade(asking(), evening + 1);
  expect(openHook(asked)).toBeNull();
  const again = after(hooked, asked, look());
  expect([newlyOpen(asked, again)?.run.state, again.state]).toMatchObject(['asked', { class: 'hook' }]);
});

describe('the hook after a client', () => {
  test('is open when the client has settled, and changes nothing about its end', () => {
    const upgrade = after(hooked, fresh, look(upToDate));
    expect(openHook(upgrade)).toEqual({
      moment: 'after',
      run: { attempt: 1, state: 'asked', since: evening, runs: 0 },
    });
    const done = after(hooked, after(hooked, upgrade, begun('after')), ended('after', 'stop'), evening + 9);
    expect(done.state).toBe(upgrade.state);
    expect(openHook(done)).toBeNull();
    expect(countersOf(done)).toMatchObject({ 'clientHook|after|stop': 1 });
  });

  test('runs before the client is tried again, also where its command waits or runs', () => {
    const refusal = {
      kind: 'refused',
      because:
        'its hook after-client has not ended; retry the client when it has. While the campaign is paused no such hook begins',
    };
    const asked = answered('stop');
    expect(retry(asked, 'x')).toEqual(refusal);
    const running = after(hooked, asked, begun('after'));
    expect(retry(running, 'x')).toEqual(refusal);
    expect(retry(after(hooked, running, ended('after', 'wait')), 'x')).toEqual(refusal);
    for (const state of ['go', 'stop', 'unknown'] as const)
      expect(retry(after(hooked, running, ended('after', state)), 'x').kind).toBe('reopened');
  });

  test('is noted with the first change, so that it runs however the upgrade ends', () => {
    const waiting = after({ ...rules, hooks: { after: 'close-ticket' } }, fresh, look(blockedByProgram));
    expect(openHook(waiting)).toBeNull();
    const lost = { ...waiting, state: { phase: 'settled', at: evening, end: 'needsAttention' } } as Upgrade;
    expect(openHook(lost)).toMatchObject({ moment: 'after' });
  });
});

test('a memory with hooks comes back from its record, and one without stays as it was', () => {
  const { memory } = answered('go');
  expect(decodeMemory(JSON.parse(JSON.stringify(encodeMemory(memory))))).toEqual(memory);
  expect(encodeMemory(after(rules, fresh, look()).memory)).not.toHaveProperty('hooks');
});

describe('in any order of events', () => {
  const anyHookEvent: fc.Arbitrary<UpgradeEvent> = fc.oneof(
    fc.record({
      type: fc.constant('HookBegun' as const),
      moment: fc.constantFrom('before' as const, 'after' as const),
      owner: fc.constantFrom('host/1', 'host/2'),
    }),
    fc.record({
      type: fc.constant('HookEnded' as const),
      moment: fc.constantFrom('before' as const, 'after' as const),
      owner: fc.constantFrom('host/1', 'host/2'),
      runs: fc.integer({ min: 1, max: 3 }),
      end: fc.record({
        state: fc.constantFrom('go' as const, 'wait' as const, 'stop' as const, 'unknown' as const),
        because: fc.constant('x'),
      }),
    }),
  );

  /** Runs of one hook and attempt, as a fold over the states in which the record has stood. */
  const violation = (seen: readonly (ClientHookRun | undefined)[]): string | null => {
    for (const [at, run] of seen.entries()) {
      const before = seen[at - 1];
      if (before === undefined || run === undefined || run.attempt !== before.attempt) continue;
      const isFinal = !['asked', 'running', 'wait'].includes(before.state);
      if (isFinal && run !== before) return `${before.state} became ${run.state}`;
      if (run.runs > before.runs && before.state === 'running') return 'begun while it ran';
      if (run.runs > before.runs + 1) return 'begun twice';
    }
    return null;
  };

  test('a hook runs once for each cause, and nothing begins on a client before it said go', () => {
    fc.assert(
      fc.property(
        anyRules,
        fc.array(
          fc.tuple(fc.oneof(anyEvent, anyHookEvent, anyHookEvent), fc.integer({ min: 0, max: hours(6) })),
          {
            minLength: 20,
            maxLength: 60,
          },
        ),
        (known, steps) => {
          const own: Rules = { ...known, hooks };
          let upgrade = fresh;
          let now = evening;
          const seen = { before: [undefined], after: [undefined] } as Record<
            ClientHookMoment,
            (ClientHookRun | undefined)[]
          >;
          for (const [event, later] of steps) {
            now += later;
            const next = after(own, upgrade, fitting(upgrade, event), now);
            const isBegun = next !== upgrade && beginsSomething(next);
            expect(isBegun ? hookRun(next, 'before')?.state : 'go').toBe('go');
            upgrade = next;
            for (const moment of ['before', 'after'] as const) seen[moment].push(hookRun(upgrade, moment));
          }
          expect([violation(seen.before), violation(seen.after)]).toEqual([null, null]);
        },
      ),
      { numRuns: 300 },
    );
  });
});
