import type { Check } from '../../http/schemas/orchestrator.ts';
import { many, type Style, type View } from './view.ts';
import { wrapped } from './wrap.ts';

const styles = { ok: 'green', warning: 'yellow', broken: 'red' } as const satisfies Record<
  Check['state'],
  Style
>;

/** A line for each check. A problem has its effect and what to do below it. */
export function doctorLines(view: View, checks: readonly Check[]): readonly string[] {
  const count = (state: Check['state']): number => checks.filter((each) => each.state === state).length;
  const [isBroken, isWarned] = [count('broken'), count('warning')];
  const verdict =
    isBroken > 0
      ? `${isBroken} broken, ${many(isWarned, 'warning')}`
      : isWarned > 0
        ? many(isWarned, 'warning')
        : 'no problem found';
  return [...checks.flatMap((each) => linesOf(view, each)), `${many(checks.length, 'check')}: ${verdict}`];
}

function linesOf(view: View, { area, state, says, leadsTo, todo }: Check): readonly string[] {
  return [
    ...wrapped(view, `${state.padEnd(7)}  `, `${area}: ${says}`, styles[state]),
    ...(leadsTo === null ? [] : wrapped(view, '         leads to: ', leadsTo)),
    ...(todo === null ? [] : wrapped(view, '         do: ', todo)),
  ];
}
