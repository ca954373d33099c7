import type { HooksAnswer } from '../../http/schemas/hooks.ts';
import type { CampaignStatus } from '../../views/status.ts';
import { many, number, type Style, type View } from './view.ts';
import { wrapped } from './wrap.ts';

type State = HooksAnswer['hooks'][number]['state'];

const stateStyle: Partial<Record<State, Style>> = {
  running: 'cyan',
  wait: 'yellow',
  stop: 'red',
  unknown: 'red',
};

/** Each hook of a campaign in its order: how it stands, and where its output is. */
export const hooksLines = (
  view: View,
  { campaign, hooks, clientHooks = [] }: HooksAnswer,
): readonly string[] =>
  hooks.length + clientHooks.length === 0
    ? [`Campaign ${campaign} has no hooks`]
    : [
        ...hooks.flatMap(({ hook, run, state, because, runs, since, output }) => {
          const ran = runs === 0 ? '' : `, run ${many(runs, 'time')}${since === null ? '' : ` (${since})`}`;
          const shown = output === null ? '' : `; output: servpack evidence show ${output}`;
          const says = `${state}: ${because ?? run.join(' ')}${ran}${shown}`;
          return wrapped(view, `${hook}: `, says, stateStyle[state]);
        }),
        ...clientHooks.flatMap((each) => clientHookLines(view, each)),
      ];

type ClientHook = NonNullable<HooksAnswer['clientHooks']>[number];

/** `before-client: 12 clients wait, 3 said stop, 1 unknown`: how the hook of each client stands. */
export function clientHookLines(
  view: View,
  { hook, run, waiting, stopped, unknown }: ClientHook,
): readonly string[] {
  const parts = [
    `${many(waiting, 'client')} ${waiting === 1 ? 'waits' : 'wait'}`,
    ...(stopped === 0 ? [] : [`${number(stopped)} said stop`]),
    ...(unknown === 0 ? [] : [`${number(unknown)} unknown`]),
  ];
  const style = stopped + unknown > 0 ? 'red' : waiting > 0 ? 'yellow' : undefined;
  return wrapped(view, `${hook}: `, `${parts.join(', ')} (${run.join(' ')})`, style);
}

/** The hook that a campaign waits for, and the clients that wait for theirs. */
export function openHookLines(
  view: View,
  { hooks = [], clientHooks = [], status }: CampaignStatus,
): readonly string[] {
  if (status !== 'running' && status !== 'paused') return [];
  const open = hooks.find(({ state }) => state !== 'go' && state !== 'accepted' && state !== 'pending');
  return [
    ...(open === undefined ? [] : wrapped(view, `hook ${open.hook}: `, open.because ?? open.state, 'yellow')),
    ...clientHooks
      .filter(({ waiting, stopped, unknown }) => waiting + stopped + unknown > 0)
      .flatMap((each) => clientHookLines(view, each)),
  ];
}
