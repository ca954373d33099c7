import type { Entry } from '../../operator.ts';
import type { Stories } from './audit.ts';
import { about, type Fault, general } from './line.ts';
import type { PausedSpan } from './machines.ts';
import { realTimeOf } from './real-time.ts';
import { isStop } from './stops.ts';

/** Real time for which something may still begin that was on its way: a pause has as long. */
const graceMs = 1_000;

export interface AbortEvidence {
  readonly campaign: string;
  readonly entries: readonly Entry[];
  readonly stories: Stories;
}

/** The campaign was aborted by its rule, once, and no client has begun since. */
export function abortFaults({ campaign, entries, stories }: AbortEvidence): readonly Fault[] {
  // The campaign stays aborted when everything that was begun on clients is finished.
  const aborts = entries.filter(
    ({ campaign: of, from, to }) => of === campaign && to === 'aborted' && from !== to,
  );
  const [abort] = aborts;
  if (abort === undefined || aborts.length > 1 || !isStop(abort))
    return general([`${campaign}: its rule has not aborted it once, but ${aborts.length} aborts are there`]);
  return [...stories].flatMap(([client, story]) =>
    story.some((entry) => entry.from === 'waiting' && realTimeOf(entry) > realTimeOf(abort) + graceMs)
      ? about(client, [`began after ${campaign} was aborted`])
      : [],
  );
}

const isHalt = ({ client, to }: Entry): boolean => client === null && to === 'halted';

export const haltsIn = (entries: readonly Entry[]): readonly Entry[] => entries.filter(isHalt);

/** When nothing may begin, because everything was halted. */
export const haltSpans = (entries: readonly Entry[]): readonly PausedSpan[] => {
  const steps = entries.filter((entry) => isHalt(entry) || (entry.client === null && entry.to === 'going'));
  return steps.flatMap((entry, at): PausedSpan[] => {
    if (!isHalt(entry)) return [];
    const end = steps[at + 1];
    const to = end === undefined ? Number.POSITIVE_INFINITY : realTimeOf(end);
    const from = realTimeOf(entry) + graceMs;
    return to > from ? [{ from, to }] : [];
  });
};

/** The rule of this campaign has halted everything each time before it paused the campaign. */
export function haltFaults(campaign: string, entries: readonly Entry[]): readonly Fault[] {
  const stops = entries.filter((entry) => entry.campaign === campaign && isStop(entry));
  const unheard = stops.filter((stop, at) => {
    const before = stops[at - 1];
    return !haltsIn(entries).some(
      (halt) =>
        halt.because.startsWith(`campaign ${campaign}: `) &&
        realTimeOf(halt) <= realTimeOf(stop) &&
        (before === undefined || realTimeOf(halt) > realTimeOf(before)),
    );
  });
  return general([
    ...(stops.length === 0 ? [`${campaign}: its rule has never stopped it`] : []),
    ...unheard.map(({ because }) => `${campaign}: paused without a halt: ${because}`),
  ]);
}
