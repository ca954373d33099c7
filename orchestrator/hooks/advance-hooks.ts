import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { HookRun } from '../../shared/domain/campaign/hooks.ts';
import { type Counters, openHooks } from '../../shared/domain/outcome/counters.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { sha256 } from '../../shared/evidence.ts';
import type { HookRecord } from '../../shared/store/hook-store.ts';
import type { Evidence } from '../../shared/store/types.ts';
import { pauseByHook } from '../campaigns/transitions.ts';
import type { LeaderContext, OrchestratorContext } from '../context.ts';
import { waveProgress } from '../domain/wave-progress.ts';
import {
  heldFrom,
  hookKeeper,
  type HookPoint,
  hookPoints,
  type NextHook,
  nextHook,
  reachedHooks,
} from '../domain/hooks.ts';
import { hookAudit } from './hook-audit.ts';
import { endInWords, type HookEnd } from './hook-runner.ts';

/** What the hooks of a campaign hold back. */
export interface HookHold {
  /** Clients of this wave and of later ones do not begin. */
  readonly fromWave: number;
  /** The campaign does not end before the last hooks said go. */
  readonly holdsEnd: boolean;
  /** Policy time at which the hooks are asked again without an event; null = none is under way. */
  readonly againAt: number | null;
}

/** Policy time. A hook that found no room, or whose end was not heard of, is looked at again. */
const againMs = 1_000;

const nothingHeld: HookHold = { fromWave: Number.POSITIVE_INFINITY, holdsEnd: false, againAt: null };

/**
 * Runs the next hook of a campaign that runs, and pauses the campaign where a person has to decide.
 * The record of a hook is written before its command runs: a hook is run once for each cause, also
 * when its process was killed.
 */
export async function advanceHooks(
  context: LeaderContext,
  campaign: Campaign,
  counters: Counters,
): Promise<HookHold> {
  const { definition } = campaign;
  if (hookPoints(definition).length === 0) return nothingHeld;
  const { store, clock } = context;
  const name = definition.campaign;
  const records = await store.hookRuns(name);
  const runs = records.map(({ run }) => run);
  const isSettled =
    waveProgress(campaign.waveSizes, counters).every(({ settled, size }) => settled === size) &&
    openHooks(counters) === 0;
  const reached = reachedHooks(campaign, isSettled);
  const isMine = (run: HookRun): boolean =>
    run.owner === context.hooks?.owner && context.hooks.isRunning(name, run.hook);
  const next = nextHook(reached, runs, clock.now(), isMine);
  if (next.kind === 'run') await begin(context, campaign, next.point, recordOf(records, next.point));
  if (next.kind === 'lost') await lose(context, campaign, next.point, recordOf(records, next.point));
  if (next.kind === 'stopped') await pauseByHook(context, hookKeeper, name, whyPaused(name, next));
  const left = heldFrom(definition, runs);
  return {
    fromWave: left?.holdsFrom ?? Number.POSITIVE_INFINITY,
    // Also a hook that is not reached yet: the last client may settle in this moment.
    holdsEnd: left !== null,
    againAt: againAt(next, runs, clock.now()),
  };
}

function againAt(next: NextHook, runs: readonly HookRun[], now: number): number | null {
  if (next.kind === 'none') return null;
  const run = runs.find(({ hook }) => hook === next.point.hook);
  return run?.state === 'wait' ? Math.max(now, run.since + next.point.command.retryMs) : now + againMs;
}

const recordOf = (records: readonly HookRecord[], { hook }: HookPoint): HookRecord | undefined =>
  records.find(({ run }) => run.hook === hook);

const whyPaused = (
  campaign: string,
  { point, because }: { readonly point: HookPoint; readonly because: string },
): string =>
  `hook ${point.hook}: ${because}; run it again with "servpack campaign hook retry ${campaign} ${point.hook} --reason TEXT", or go on without it: "servpack campaign hook accept"`;

async function begin(
  context: LeaderContext,
  campaign: Campaign,
  point: HookPoint,
  before: HookRecord | undefined,
): Promise<void> {
  const { hooks, clock } = context;
  // Without a runner the hook is not run, and what it holds stays closed.
  if (hooks === undefined || !hooks.hasRoom()) return;
  if ((await context.store.readHalt()).halt !== null) return;
  const { definition } = campaign;
  const name = definition.campaign;
  const { hook, command } = point;
  const runs = (before?.run.runs ?? 0) + 1;
  const since = clock.now();
  const because = `${command.run[0] ?? ''} runs${runs === 1 ? '' : `, for the ${runs}. time`}`;
  const run: HookRun = { hook, state: 'running', since, owner: hooks.owner, runs, because };
  const version = before?.version ?? 0;
  if (!(await commitHook(context, name, before?.run ?? null, run, version, 'orchestrator'))) return;
  const wave = point.wave === null ? null : { name: definition.waves[point.wave]?.name ?? '' };
  const input = { campaign: name, release: definition.release, hook, wave, run: runs, at: isoOf(since) };
  hooks.run({ campaign: name, hook }, command, input, async (end) =>
    finish(context, name, run, version + 1, end),
  );
}

/** A record that changed meanwhile stays: its hook was given up for lost, or a person decided. */
async function finish(
  context: LeaderContext,
  campaign: string,
  running: HookRun,
  version: number,
  { state, because: how, output }: HookEnd,
): Promise<void> {
  const evidence = output === '' ? [] : [{ sha256: sha256(output), text: output }];
  const [kept] = evidence;
  const because = endInWords({ because: how, output });
  const run: HookRun = {
    ...running,
    state,
    since: context.clock.now(),
    because,
    ...(kept === undefined ? {} : { output: kept.sha256 }),
  };
  await commitHook(context, campaign, running, run, version, 'orchestrator', evidence);
}

async function lose(
  context: LeaderContext,
  campaign: Campaign,
  { hook }: HookPoint,
  before: HookRecord | undefined,
): Promise<void> {
  if (before === undefined) return;
  const because = `its outcome is not known: process ${before.run.owner}, which ran it, does not lead any more`;
  const run: HookRun = { ...before.run, state: 'unknown', since: context.clock.now(), because };
  context.log.warn({ campaign: campaign.definition.campaign, hook, because }, 'hook unknown');
  await commitHook(context, campaign.definition.campaign, before.run, run, before.version, 'orchestrator');
}

/** Writes how a hook stands, with its audit entry. False = another change came first. */
export async function commitHook(
  { store, log, clock }: Pick<OrchestratorContext, 'store' | 'log' | 'clock'>,
  campaign: string,
  before: HookRun | null,
  run: HookRun,
  version: number,
  who: string,
  evidence: readonly Evidence[] = [],
): Promise<boolean> {
  const { hook, because } = run;
  const named = { at: clock.now(), who, evidence: evidence[0]?.sha256 ?? null };
  const audit = hookAudit(campaign, [before, run], named);
  const isWritten = await store.commitHookRun(campaign, run, version, audit, evidence);
  if (isWritten) log.info({ campaign, hook, because }, audit.to);
  return isWritten;
}
