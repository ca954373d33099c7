import { setTimeout as pause } from 'node:timers/promises';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { HookCommand } from '../../shared/domain/campaign/hooks.ts';
import { clientHookKeeper, clientHookName } from '../../shared/domain/rules/client-hooks.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { hookRun, openHook, type OpenHook } from '../../shared/domain/upgrade/open-hook.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import { sha256 } from '../../shared/evidence.ts';
import type { StoredUpgrade, UpgradeKey } from '../../shared/store/types.ts';
import { pauseByHook } from '../campaigns/transitions.ts';
import type { OrchestratorContext } from '../context.ts';
import { changeByHook, type HookChange } from './client-hook-changes.ts';
import { endInWords, type HookEnd, type HookRunner } from './hook-runner.ts';

/** The name under which a runner knows the command: client, attempt and moment are its cause. */
export const causeOf = ({ client, attempt }: Upgrade, { moment }: Pick<OpenHook, 'moment'>): string =>
  `${client}/${attempt}/${moment}`;

/** Notes in the record that the command runs, and then starts its process. */
export async function runClientHook(
  context: OrchestratorContext,
  runner: HookRunner,
  campaign: Campaign,
  stored: StoredUpgrade,
  { moment }: OpenHook,
  command: HookCommand,
): Promise<HookChange> {
  const { key } = stored;
  const begun = { type: 'HookBegun', moment, owner: runner.owner } as const;
  const input = await inputOf(context, campaign, stored.upgrade, moment);
  const change = await changeByHook(context, campaign, stored, begun);
  if (change.kind !== 'committed') return change;
  const running = openHook(change.upgrade);
  // The end of the campaign may have settled the client instead.
  if (running?.run.state !== 'running' || running.moment !== moment) return change;
  const cause = { campaign: key.campaign, hook: causeOf(change.upgrade, running) };
  runner.run(cause, command, { ...input, run: running.run.runs }, async (end) =>
    finish(context, key, running, command, end),
  );
  return change;
}

/** What the command reads. No secret of servpack or of the client is part of it. */
async function inputOf(
  { store, clock }: OrchestratorContext,
  { definition }: Campaign,
  { client: name, attempt, logonServer, state }: Upgrade,
  moment: OpenHook['moment'],
) {
  const client = await store.readClient(name);
  const { host = null, labels = [] } = client ?? {};
  return {
    campaign: definition.campaign,
    release: definition.release,
    hook: clientHookName(moment),
    phase: moment,
    client: { id: name, host, logonServer, labels },
    attempt,
    ...(state.phase === 'settled'
      ? { end: { end: state.end, cause: state.cause, because: state.because } }
      : {}),
    at: isoOf(clock.now()),
  };
}

/** Real time between two tries to write the end while a worker drives the client. */
const driverEveryMs = 500;
/** After that the end is given up, and the hook is unknown. */
const driverAtMostMs = 15 * 60_000;

/**
 * Writes how the command ended. While a check-in has the client looked at, its driver alone may
 * write, so the end waits for the driver.
 */
async function finish(
  context: OrchestratorContext,
  key: UpgradeKey,
  { moment, run }: OpenHook,
  { retryMs }: HookCommand,
  { state, because: how, output }: HookEnd,
): Promise<void> {
  const { store, clock, log } = context;
  const evidence = output === '' ? undefined : { sha256: sha256(output), text: output };
  const because = endInWords({ because: how, output });
  const end = { state, because, ...(evidence === undefined ? {} : { output: evidence.sha256 }) };
  const { owner = '', runs } = run;
  const event = { type: 'HookEnded', moment, owner, runs, end } as const;
  const until = performance.now() + driverAtMostMs;
  while (performance.now() < until) {
    const record = await store.readCampaign(key.campaign);
    const stored = await store.readUpgrade(key);
    if (record === null || stored === null) break;
    if (state === 'stop' && isStill(stored.upgrade, { moment, run }))
      await pauseAfter(context, key, moment, because);
    const change = await changeByHook(context, record.campaign, stored, event, evidence);
    if (change.kind === 'committed') {
      const at = clock.now() + retryMs;
      await (state === 'wait'
        ? store.askHooks(key.campaign, [{ client: key.client, at }])
        : forgetUnlessOpen(context, key, change.upgrade));
      return;
    }
    if (change.kind === 'driven') await pause(driverEveryMs);
    else if (change.kind !== 'stale') break;
  }
  log.warn({ ...key, hook: clientHookName(moment), because }, 'the end of a hook is not written');
}

/** A retry of the client began another attempt, or the hook was given up for lost. */
const isStill = (upgrade: Upgrade, { moment, run }: OpenHook): boolean =>
  openHook(upgrade)?.moment === moment && hookRun(upgrade, moment)?.runs === run.runs;

/** A hook before its client that stopped settles the client, which opens the hook after it. */
async function forgetUnlessOpen(
  { store }: OrchestratorContext,
  { campaign, client }: UpgradeKey,
  upgrade: Upgrade,
): Promise<void> {
  if (openHook(upgrade) === null) await store.forgetHookAsks(campaign, [client]);
}

/**
 * A hook after its client cannot undo anything: it pauses the campaign. The pause comes first, so
 * that no crash in between loses it.
 */
export async function pauseAfter(
  context: OrchestratorContext,
  { campaign, client }: UpgradeKey,
  moment: OpenHook['moment'],
  because: string,
): Promise<void> {
  if (moment === 'before') return;
  const reason = `hook ${clientHookName(moment)} of client ${client}: ${because}; go on with "servpack campaign resume ${campaign} --reason TEXT"`;
  await pauseByHook(context, clientHookKeeper, campaign, reason);
}
