import type { HooksAnswer } from '../../http/schemas/hooks.ts';
import { many, type Style, type View } from './view.ts';
import { wrapped } from './wrap.ts';

type State = HooksAnswer['hooks'][number]['state'];

const stateStyle: Partial<Record<State, Style>> = {
  running: 'cyan',
  wait: 'yellow',
  stop: 'red',
  unknown: 'red',
};

/** Each hook of a campaign in its order: how it stands, and where its output is. */
export const hooksLines = (view: View, { campaign, hooks }: HooksAnswer): readonly string[] =>
  hooks.length === 0
    ? [`Campaign ${campaign} has no hooks`]
    : hooks.flatMap(({ hook, run, state, because, runs, since, output }) => {
        const ran = runs === 0 ? '' : `, run ${many(runs, 'time')}${since === null ? '' : ` (${since})`}`;
        const shown = output === null ? '' : `; output: servpack evidence show ${output}`;
        const says = `${state}: ${because ?? run.join(' ')}${ran}${shown}`;
        return wrapped(view, `${hook}: `, says, stateStyle[state]);
      });
