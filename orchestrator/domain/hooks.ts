import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { CampaignDefinition } from '../../shared/domain/campaign/definition.ts';
import type { HookCommand, HookMoment, HookRun } from '../../shared/domain/campaign/hooks.ts';

/** A moment of a campaign at which a command runs. */
export interface HookPoint {
  /** `before-campaign`, `before-wave-early`. */
  readonly hook: string;
  readonly moment: HookMoment;
  readonly command: HookCommand;
  /** The wave that it comes before or after; null = the whole campaign. */
  readonly wave: number | null;
  /** No client of this wave, or of a later one, begins before it said go. */
  readonly holdsFrom: number;
}

/** Who pauses a campaign for its hooks. */
export const hookKeeper = 'hooks';

/** All hooks of a campaign, in the order in which they run. */
export function hookPoints({ hooks = {}, waves }: CampaignDefinition): readonly HookPoint[] {
  const { beforeCampaign, beforeWave, afterWave, afterCampaign } = hooks;
  const at = (
    moment: HookPoint['moment'],
    command: HookCommand | undefined,
    wave: number | null,
    holdsFrom: number,
  ): readonly HookPoint[] => {
    if (command === undefined) return [];
    const [when, what] = moment.startsWith('before') ? ['before', wave] : ['after', wave];
    const hook = what === null ? `${when}-campaign` : `${when}-wave-${waves[what]?.name ?? ''}`;
    return [{ hook, moment, command, wave, holdsFrom }];
  };
  return [
    ...at('beforeCampaign', beforeCampaign, null, 0),
    ...waves.flatMap((_, wave) => [
      ...at('beforeWave', beforeWave, wave, wave),
      ...at('afterWave', afterWave, wave, wave + 1),
    ]),
    ...at('afterCampaign', afterCampaign, null, waves.length),
  ];
}

/** A hook after a wave is reached when the next wave opens; the last ones when all clients end. */
export function reachedHooks(campaign: Campaign, isSettled: boolean): readonly HookPoint[] {
  const { definition, state } = campaign;
  const openWaves = 'openWaves' in state ? state.openWaves : 0;
  return hookPoints(definition).filter(({ holdsFrom }) => holdsFrom < openWaves || isSettled);
}

const isPassed = (run: HookRun | undefined): boolean => run?.state === 'go' || run?.state === 'accepted';

/** What becomes of the first hook that did not say go. */
export type NextHook =
  | { readonly kind: 'none' }
  | { readonly kind: 'run'; readonly point: HookPoint }
  /** It runs, or is asked again later. */
  | { readonly kind: 'await'; readonly point: HookPoint }
  /** Its process is lost: whether the command did its work is not known. */
  | { readonly kind: 'lost'; readonly point: HookPoint }
  /** A person decides. */
  | { readonly kind: 'stopped'; readonly point: HookPoint; readonly because: string };

/**
 * @param isRunning whether this process runs the command of this hook now
 */
export function nextHook(
  points: readonly HookPoint[],
  runs: readonly HookRun[],
  now: number,
  isRunning: (run: HookRun) => boolean,
): NextHook {
  const byName = new Map(runs.map((run) => [run.hook, run]));
  const point = points.find(({ hook }) => !isPassed(byName.get(hook)));
  if (point === undefined) return { kind: 'none' };
  const run = byName.get(point.hook);
  switch (run?.state) {
    case undefined:
      return { kind: 'run', point };
    case 'wait':
      return { kind: now >= run.since + point.command.retryMs ? 'run' : 'await', point };
    case 'running':
      return { kind: isRunning(run) ? 'await' : 'lost', point };
    case 'stop':
    case 'unknown':
      return { kind: 'stopped', point, because: run.because };
    case 'go':
    case 'accepted':
      return { kind: 'none' };
  }
}

/** Clients of this wave and of later ones do not begin: the first hook that did not say go. */
export function heldFrom(definition: CampaignDefinition, runs: readonly HookRun[]): HookPoint | null {
  const passed = new Set(runs.filter(isPassed).map(({ hook }) => hook));
  return hookPoints(definition).find(({ hook }) => !passed.has(hook)) ?? null;
}
