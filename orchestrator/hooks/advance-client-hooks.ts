import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import { clientHookCommand } from '../../shared/domain/campaign/hooks.ts';
import { holdAt } from '../../shared/domain/campaign/hold.ts';
import { type Counters, openHooks } from '../../shared/domain/outcome/counters.ts';
import { openHook, type OpenHook } from '../../shared/domain/upgrade/open-hook.ts';
import type { HookAsk } from '../../shared/store/client-hook-store.ts';
import type { StoredUpgrade } from '../../shared/store/types.ts';
import { isFinishingCampaign } from '../domain/cancel-order.ts';
import type { LeaderContext } from '../context.ts';
import { hookShares } from '../domain/share-hooks.ts';
import { changeByHook } from './client-hook-changes.ts';
import type { HookRunner } from './hook-runner.ts';
import { causeOf, pauseAfter, runClientHook } from './run-client-hook.ts';

/** When the hooks of clients must be looked at again, besides after a change. */
export interface NextHooks {
  /** Policy time; null = no client waits for a time. */
  readonly at: number | null;
  /** Real milliseconds. */
  readonly inMs?: number;
}

/** Runs the hooks of the clients of running campaigns, a few at a time. */
export interface ClientHookRounds {
  advance(context: LeaderContext, campaign: Campaign, counters: Counters): Promise<NextHooks>;
}

const nothing: NextHooks = { at: null };

/** Real time after which a hook without room, or whose end is not known, is looked at again. */
const againMs = 1_000;
/** Policy time after which a client whose logon server is held is asked again. */
const heldMs = 60_000;

/** Real time that one look spends on a walk over the records. */
const sliceMs = 300;
const pageSize = 200;

/** A list that knows fewer open hooks than the records. */
interface Short {
  /** By `performance.now()`. */
  readonly since: number;
  readonly walk: AsyncIterator<StoredUpgrade> | null;
}

/**
 * The record of each client says how its hook stands; the list of clients that wait is a hint. The
 * record is written before the process begins, so a hook runs once for each cause.
 * @param patienceMs real time that the list may know fewer open hooks than the records before the
 * records are walked
 */
export function clientHookRounds(patienceMs = 10_000): ClientHookRounds {
  const shorts = new Map<string, Short>();
  const shares = hookShares();
  return {
    advance: async (context, campaign, counters) => {
      const { campaign: name } = campaign.definition;
      const open = openHooks(counters);
      const runner = context.clientHooks;
      if (open === 0 || runner === undefined) {
        shorts.delete(name);
        return nothing;
      }
      const asks = await context.store.readHookAsks(name, context.clock.now(), 2 * runner.atOnce);
      const short = shorts.get(name) ?? { since: performance.now(), walk: null };
      shorts.delete(name);
      if (short.walk !== null || (open > asks.count && performance.now() - short.since >= patienceMs)) {
        const walk = short.walk ?? context.store.upgrades(name)[Symbol.asyncIterator]();
        if (!(await askAgain(context, name, walk))) shorts.set(name, { ...short, walk });
      } else if (open > asks.count) shorts.set(name, short);
      const hasRoom = (): boolean => {
        const now = performance.now();
        const isFree = runner.hasRoom() && runner.runningOf(name) < shares.shareOf(name, runner.atOnce, now);
        if (!isFree) shares.noteWanting(name, now);
        return isFree;
      };
      const isBusy = await advanceEach(context, { ...runner, hasRoom }, campaign, asks.due);
      return { at: asks.nextAt, ...(isBusy || shorts.has(name) ? { inMs: againMs } : {}) };
    },
  };
}

/**
 * Finds open hooks by their records, a slice in each call: entries of the list were lost.
 * @returns whether the walk is at its end
 */
async function askAgain(
  { store, clock, log }: LeaderContext,
  campaign: string,
  walk: AsyncIterator<StoredUpgrade>,
): Promise<boolean> {
  const untilMs = performance.now() + sliceMs;
  for (;;) {
    const found: HookAsk[] = [];
    let isOver = false;
    for (let read = 0; read < pageSize && !isOver; read += 1) {
      const { done, value } = await walk.next();
      isOver = done === true;
      if (done !== true && openHook(value.upgrade) !== null)
        found.push({ client: value.key.client, at: clock.now() });
    }
    if (found.length > 0) {
      await store.askHooks(campaign, found);
      log.warn({ campaign, found: found.length }, 'hooks of clients are asked for again');
    }
    if (isOver) return true;
    if (performance.now() >= untilMs) return false;
  }
}

/** @returns whether a client of these has to be looked at again soon */
async function advanceEach(
  context: LeaderContext,
  runner: HookRunner,
  campaign: Campaign,
  clients: readonly string[],
): Promise<boolean> {
  for (const client of clients) {
    const key = { campaign: campaign.definition.campaign, client };
    const stored = await context.store.readUpgrade(key);
    const open = stored === null ? null : openHook(stored.upgrade);
    if (stored === null || open === null) {
      await context.store.forgetHookAsks(key.campaign, [client]);
      continue;
    }
    if ((await advanceOne(context, runner, campaign, stored, open)) === 'stands still') break;
  }
  return clients.length > 0;
}

/** `stands still`: no hook of this campaign can begin now. */
async function advanceOne(
  context: LeaderContext,
  runner: HookRunner,
  campaign: Campaign,
  stored: StoredUpgrade,
  open: OpenHook,
): Promise<'goes on' | 'stands still'> {
  const { store, clock } = context;
  const { key, upgrade } = stored;
  const { moment, run } = open;
  const later = (at: number): Promise<void> => store.askHooks(key.campaign, [{ client: key.client, at }]);
  if (run.state === 'running') {
    const isMine = run.owner === runner.owner && runner.isRunning(key.campaign, causeOf(upgrade, open));
    if (!isMine) await lose(context, campaign, stored, open);
    return 'goes on';
  }
  const command = clientHookCommand(campaign.definition.hooks, moment);
  if (command === undefined) {
    const because = 'the campaign has no such hook any more';
    await changeByHook(context, campaign, stored, { type: 'HookWaived', moment, because });
    return 'goes on';
  }
  const againAt = run.state === 'wait' ? run.since + command.retryMs : 0;
  if (clock.now() < againAt) {
    await later(againAt);
    return 'goes on';
  }
  const isHeld = holdAt(campaign, upgrade.logonServer) !== null;
  if (isHeld || (moment === 'before' && isFinishingCampaign(campaign))) {
    await later(clock.now() + heldMs);
    return 'goes on';
  }
  if (!runner.hasRoom()) return 'stands still';
  const change = await runClientHook(context, runner, campaign, stored, open, command);
  return change.kind === 'held' ? 'stands still' : 'goes on';
}

/** Whether the command did its work is not known, so the command is not run again by itself. */
async function lose(
  context: LeaderContext,
  campaign: Campaign,
  stored: StoredUpgrade,
  { moment, run: { owner = '', runs } }: OpenHook,
): Promise<void> {
  const because = `its outcome is not known: process ${owner}, which ran it, does not lead any more`;
  context.log.warn({ ...stored.key, moment, because }, 'hook unknown');
  await pauseAfter(context, stored.key, moment, because);
  const end = { state: 'unknown', because } as const;
  await changeByHook(context, campaign, stored, { type: 'HookEnded', moment, owner, runs, end });
}
