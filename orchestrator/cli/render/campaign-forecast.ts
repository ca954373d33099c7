import type { ForecastAnswer } from '../../http/schemas/campaign-forecast.ts';
import { table } from './table.ts';
import { many, safe, type View } from './view.ts';
import { wrapped } from './wrap.ts';

/** When a running campaign ends by its own figures, wave by wave, or why that is not said. */
export function forecastLines(view: View, forecast: ForecastAnswer): readonly string[] {
  const { ends, because, waves, replicates, looked, settled, madeAt } = forecast;
  const title = `${view.paint('bold', `campaign ${safe(forecast.campaign)}`)}  forecast at ${madeAt}`;
  if (ends === null)
    return [title, ...wrapped(view, 'no forecast: ', because ?? '', 'yellow'), ...pastLines(view, forecast)];
  const columns = [{ head: 'wave' }, { head: 'P50' }, { head: 'P90' }];
  const rows = waves.map((each) => [
    { text: safe(each.wave) },
    { text: each.ends?.p50 ?? 'finished' },
    { text: each.ends?.p90 ?? 'finished' },
  ]);
  const from = `${many(replicates, 'simulation')} of what is left, by the figures of ${many(looked, 'client')} that looks have reached, ${settled} of them finished`;
  return [
    title,
    `ends: P50 ${ends.p50}, P90 ${ends.p90}`,
    ...wrapped(view, '', from, 'dim'),
    '',
    ...table(view, columns, rows),
    ...bindsLines(view, forecast.binds),
    ...pastLines(view, forecast),
  ];
}

/** What holds the campaign up, the largest gain first, or why that is not said. */
function bindsLines(view: View, binds: ForecastAnswer['binds']): readonly string[] {
  if (binds === undefined) return [];
  const { says, because, limits } = binds;
  const head = ['', view.paint('bold', 'What binds')];
  if (limits.length > 0) return [...head, ...limits.flatMap((limit) => wrapped(view, '  ', limit.says))];
  return [...head, ...wrapped(view, '  ', says ?? `not computed: ${because ?? ''}`)];
}

/** How earlier forecasts of the campaign held, and those of all campaigns that have ended. */
function pastLines(view: View, { earlier, inAll }: ForecastAnswer): readonly string[] {
  const all = inAll === undefined ? [] : ['', ...wrapped(view, 'all campaigns: ', inAll.says, 'dim')];
  return [...earlierLines(view, earlier), ...all];
}

/** `earlier forecast: at 25 % it said P50 …, P90 …; it ended …`. */
export const earlierLines = (view: View, earlier: ForecastAnswer['earlier']): readonly string[] =>
  earlier.length === 0
    ? []
    : [
        '',
        ...earlier.flatMap(({ says, held }) => wrapped(view, 'earlier forecast: ', says, styleOf[`${held}`])),
      ];

const styleOf = { true: 'green', false: 'yellow', null: undefined } as const;
