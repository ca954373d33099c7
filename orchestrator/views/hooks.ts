import type { CampaignDefinition } from '../../shared/domain/campaign/definition.ts';
import {
  type CampaignHooks,
  type HookMoment,
  type HookRun,
  type HookState,
  hookMoments,
} from '../../shared/domain/campaign/hooks.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { heldFrom, hookPoints } from '../domain/hooks.ts';
import { spanInWords } from './duration-text.ts';

/** A hook as people read it. Times are ISO 8601, UTC. */
export interface HookView {
  readonly hook: string;
  readonly run: readonly string[];
  /** `pending`: it was not begun yet. */
  readonly state: HookState | 'pending';
  readonly since: string | null;
  readonly runs: number;
  readonly because: string | null;
  /** SHA-256 of what the command printed last: `servpack evidence show`. */
  readonly output: string | null;
}

/** The hooks of a campaign in the order in which they run. */
export function hookViews(definition: CampaignDefinition, runs: readonly HookRun[]): readonly HookView[] {
  const byName = new Map(runs.map((run) => [run.hook, run]));
  return hookPoints(definition).map(({ hook, command }) => {
    const run = byName.get(hook);
    return {
      hook,
      run: command.run,
      state: run?.state ?? 'pending',
      since: run === undefined || run.since === 0 ? null : isoOf(run.since),
      runs: run?.runs ?? 0,
      because: run?.because ?? null,
      output: run?.output ?? null,
    };
  });
}

const momentWords: Readonly<Record<HookMoment, string>> = {
  beforeCampaign: 'before the campaign',
  beforeWave: 'before each wave',
  beforeClient: 'before each client',
  afterClient: 'after each client',
  afterWave: 'after each wave',
  afterCampaign: 'after the campaign',
};

/** What the commands of a campaign are, and when they run; null = there are none. */
export function hookWords({ hooks }: CampaignDefinition): string | null {
  if (hooks === undefined) return null;
  const parts = hookMoments.flatMap((moment) => {
    const command = hooks[moment];
    if (command === undefined) return [];
    const { run, timeoutMs, retryMs } = command;
    return [
      `${momentWords[moment]} "${run.join(' ')}" (at most ${spanInWords(timeoutMs)}, after exit code 75 again in ${spanInWords(retryMs)})`,
    ];
  });
  return `runs ${[...parts, ...failWords(hooks)].join('; ')}`;
}

/** What follows from a command that fails. */
const failWords = ({ beforeClient, ...others }: CampaignHooks): readonly string[] => [
  ...(beforeClient === undefined ? [] : ['a client whose command fails needs attention']),
  ...(Object.keys(others).length === 0
    ? []
    : [`${beforeClient === undefined ? 'a' : 'any other'} command that fails pauses the campaign`]),
];

/** Why a wave that is open begins nothing, and when that may end by itself. */
export interface HookHold {
  readonly hook: string;
  readonly because: string;
  /** Policy time at which the command runs again, because it asked for that. */
  readonly againAt: number | null;
  /** The hook does not run again before a person decides. */
  readonly needsPerson: boolean;
}

/** The hook that did not say go, and so holds this wave; null = none does. */
export function hookHolding(
  definition: CampaignDefinition,
  runs: readonly HookRun[],
  wave: number,
): HookHold | null {
  const point = heldFrom(definition, runs);
  if (point === null || wave < point.holdsFrom) return null;
  const run = runs.find(({ hook }) => hook === point.hook);
  const says = run === undefined ? 'was not run yet' : `says: ${run.because}`;
  return {
    hook: point.hook,
    because: `waits for hook ${point.hook}, which ${says}`,
    againAt: run?.state === 'wait' ? run.since + point.command.retryMs : null,
    needsPerson: run?.state === 'stop' || run?.state === 'unknown',
  };
}
