import type { CampaignDefinition } from '../../shared/domain/campaign/definition.ts';
import { clientHookCommand } from '../../shared/domain/campaign/hooks.ts';
import { type Counters, hookCounter } from '../../shared/domain/outcome/counters.ts';
import {
  clientHookMoments,
  clientHookName,
  type ClientHookRun,
} from '../../shared/domain/rules/client-hooks.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { hookRun, openHook } from '../../shared/domain/upgrade/open-hook.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';

/** How many clients wait for one of their hooks, and for how many it did not say go. */
export interface ClientHookCounts {
  /** `before-client` or `after-client`. */
  readonly hook: string;
  readonly run: readonly string[];
  /** Their hook is to be run, runs, or is asked again later. */
  readonly waiting: number;
  readonly stopped: number;
  /** The orchestrator that ran it was lost: nobody knows its outcome. */
  readonly unknown: number;
}

/** The hooks that the campaign has for each client, from its counters alone. */
export function clientHookCounts(
  { hooks }: CampaignDefinition,
  counters: Counters,
): readonly ClientHookCounts[] {
  return clientHookMoments.flatMap((moment) => {
    const command = clientHookCommand(hooks, moment);
    const count = (stands: 'open' | 'stop' | 'unknown'): number => counters[hookCounter(moment, stands)] ?? 0;
    if (command === undefined) return [];
    const { run } = command;
    return [
      {
        hook: clientHookName(moment),
        run,
        waiting: count('open'),
        stopped: count('stop'),
        unknown: count('unknown'),
      },
    ];
  });
}

/** How the hooks of a client stand in its present attempt. */
export const clientHookRemarks = (upgrade: Upgrade): readonly string[] =>
  clientHookMoments.flatMap((moment) => {
    const run = hookRun(upgrade, moment);
    const isAsked = run?.state === 'asked' && openHook(upgrade)?.moment === moment;
    const says = run === undefined || (run.state === 'asked' && !isAsked) ? null : standsWords(run);
    return says === null ? [] : [`hook ${clientHookName(moment)} ${says}`];
  });

function standsWords({ state, since, runs, because = '', output }: ClientHookRun): string {
  const times = `run ${runs} ${runs === 1 ? 'time' : 'times'}`;
  const shown = output === undefined ? '' : `; output: servpack evidence show ${output}`;
  switch (state) {
    case 'asked':
      return 'is to be run';
    case 'running':
      return `runs since ${isoOf(since)}`;
    case 'unknown':
      return `was ${times}: ${because}`;
    case 'waived':
      return `is left out: ${because}`;
    case 'go':
    case 'wait':
    case 'stop':
      return `says ${state}, ${times}: ${because}${shown}`;
  }
}
