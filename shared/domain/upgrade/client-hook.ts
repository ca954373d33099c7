import type { Ending } from '../outcome/ending.ts';
import {
  type ClientHookEvent,
  type ClientHookMoment,
  clientHookName,
  type ClientHookRun,
} from '../rules/client-hooks.ts';
import type { Rules } from '../rules/policy.ts';
import { hookRun, openHook, waitsForHook } from './open-hook.ts';
import { withoutPlan } from './closed-window.ts';
import type { Decision } from './events.ts';
import { beginsSomething } from './placement.ts';
import { type Upgrade, withMemory } from './state.ts';
import { ignore, settle, transition } from './transitions.ts';

/**
 * A command that runs before anything begins on a client, and one that runs when the client has
 * settled. Its cause is the client's attempt: within one attempt a command that said go, stop or
 * nothing at all is never run again.
 */

/** Without an answer the client is looked at again after this time, and goes on waiting. */
const lookAgainMs = 24 * 3_600_000;

/**
 * Replaces a decision that begins something on a client whose hook did not say go: the upgrade
 * waits without a slot, and begins with a look when it goes on. What the hook said holds for the
 * whole attempt.
 */
export function awaitHook(rules: Rules, before: Upgrade, decision: Decision, now: number): Decision {
  const program = rules.hooks?.before;
  if (program === undefined || decision.kind !== 'changed' || !beginsSomething(decision.upgrade))
    return decision;
  const known = hookRun(before, 'before');
  if (known?.state === 'go' || known?.state === 'waived') return decision;
  const waiting = withoutPlan(before, decision.upgrade);
  if (known?.state === 'stop' || known?.state === 'unknown') return settle(waiting, stoppedBy(known), now);
  const run: ClientHookRun = known ?? { attempt: before.attempt, state: 'asked', since: now, runs: 0 };
  const because = `waits for its hook before-client: ${program}`;
  const state = {
    phase: 'deferred',
    class: 'hook',
    until: now + lookAgainMs,
    because,
    blockers: [],
  } as const;
  return transition(noted(waiting, 'before', run), state, because);
}

/**
 * Notes that a command has to run when the client has settled. It is noted with the first change,
 * so that it holds however the upgrade ends.
 */
export function askAfter(rules: Rules, decision: Decision, now: number): Decision {
  if (rules.hooks?.after === undefined || decision.kind !== 'changed') return decision;
  const { upgrade } = decision;
  if (hookRun(upgrade, 'after') !== undefined) return decision;
  const run: ClientHookRun = { attempt: upgrade.attempt, state: 'asked', since: now, runs: 0 };
  return { ...decision, upgrade: noted(upgrade, 'after', run) };
}

/** What an event of a hook means for its client. */
export function onHook(upgrade: Upgrade, event: ClientHookEvent, now: number): Decision {
  switch (event.type) {
    case 'HookBegun':
      return hookBegun(upgrade, event, now);
    case 'HookEnded':
      return hookEnded(upgrade, event, now);
    case 'HookWaived':
      return hookWaived(upgrade, event, now);
  }
}

type Of<T extends ClientHookEvent['type']> = Extract<ClientHookEvent, { type: T }>;

function hookBegun(upgrade: Upgrade, { moment, owner }: Of<'HookBegun'>, now: number): Decision {
  const open = openHook(upgrade);
  if (open?.moment !== moment) return ignore(`it does not wait for hook ${clientHookName(moment)}`);
  if (open.run.state === 'running') return ignore(`${open.run.owner ?? 'another process'} runs it already`);
  const { attempt, runs } = open.run;
  const run: ClientHookRun = { attempt, state: 'running', since: now, runs: runs + 1, owner };
  const times = run.runs === 1 ? '' : `, for the ${run.runs}. time`;
  return transition(
    noted(upgrade, moment, run),
    upgrade.state,
    `hook ${clientHookName(moment)} runs${times}`,
  );
}

function hookEnded(upgrade: Upgrade, { moment, owner, runs, end }: Of<'HookEnded'>, now: number): Decision {
  const before = hookRun(upgrade, moment);
  if (before?.state !== 'running' || before.owner !== owner || before.runs !== runs)
    return ignore(`hook ${clientHookName(moment)} does not run there for ${owner}`);
  const { state, because } = end;
  const run: ClientHookRun = { ...before, ...end, since: now };
  const known = noted(upgrade, moment, run);
  const says = `hook ${clientHookName(moment)}: ${because}`;
  if (moment === 'after' || !waitsForHook(upgrade.state) || state === 'wait')
    return transition(known, upgrade.state, says);
  return state === 'go' ? transition(known, { phase: 'looking' }, says) : settle(known, stoppedBy(run), now);
}

function hookWaived(upgrade: Upgrade, { moment, because }: Of<'HookWaived'>, now: number): Decision {
  const open = openHook(upgrade);
  if (open?.moment !== moment || open.run.state === 'running')
    return ignore(`it does not wait for hook ${clientHookName(moment)}`);
  const known = noted(upgrade, moment, { ...open.run, state: 'waived', since: now, because });
  const next = waitsForHook(upgrade.state) ? ({ phase: 'looking' } as const) : upgrade.state;
  return transition(known, next, `goes on without hook ${clientHookName(moment)}: ${because}`);
}

const noted = (upgrade: Upgrade, moment: ClientHookMoment, run: ClientHookRun): Upgrade =>
  withMemory(upgrade, { history: { hooks: { ...upgrade.memory.history.hooks, [moment]: run } } });

/** How a client ends whose hook did not let it begin. A retry is another cause: it asks again. */
const stoppedBy = ({ state, because = '' }: ClientHookRun): Ending => ({
  end: 'needsAttention',
  cause: state === 'stop' ? 'hook said stop' : 'outcome of its hook not known',
  because:
    state === 'stop'
      ? `hook before-client said stop: ${because}`
      : `hook before-client: ${because}; it is not run again by itself, and a retry of the client runs it again`,
  blockers: [],
});
