import { hasBudget } from '../../shared/domain/rules/policy.ts';
import { waitWords } from '../../shared/domain/rules/wait-words.ts';
import { waitsSince } from '../../shared/domain/upgrade/waits.ts';
import { counted } from '../domain/counted.ts';
import { leastKnown, whyAsking, whyStanding } from '../views/why-no-end.ts';
import type { Figures } from './figures.ts';
import type { ForecastQuestion, KnownUpgrade } from './question.ts';
import { daysAway, isAway } from './spell.ts';

const unfinishedAtMost = 20_000;

/** Why nobody can say when a campaign ends, in words; null = its figures can. */
export function whyNoForecast(
  { campaign, upgrades, waiting, sources, now, isHalted }: ForecastQuestion,
  { looked, settled }: Figures,
): string | null {
  const standing = whyStanding(campaign);
  if (standing !== null) return standing;
  if (isHalted === true) return 'everything is halted';
  const open = new Set([
    ...upgrades.flatMap(({ client, upgrade }) =>
      upgrade.state.phase === 'settled' ? [] : [client.logonServer],
    ),
    ...waiting.flat().map(({ logonServer }) => logonServer),
  ]);
  const held = (campaign.holds ?? []).flatMap(({ logonServer }) =>
    open.has(logonServer) ? [logonServer] : [],
  );
  if (held.length > 0)
    return `nobody knows until when ${held.join(', ')} ${held.length === 1 ? 'is' : 'are'} held`;
  const asking = whyAsking(campaign);
  if (asking !== null) return asking;
  const { route } = sources.profile.update;
  if (route === 'push') return 'how long servpack takes to bring files to its clients is not modelled yet';
  if (looked < leastKnown)
    return `looks have reached ${counted(looked, 'client')} so far; ${leastKnown} are needed`;
  if (settled < leastKnown)
    return `${counted(settled, 'client')} ${settled === 1 ? 'is' : 'are'} finished so far; ${leastKnown} are needed`;
  const unfinished = upgrades.filter(({ upgrade }) => upgrade.state.phase !== 'settled');
  const left = unfinished.length + waiting.reduce((sum, clients) => sum + clients.length, 0);
  if (left > unfinishedAtMost)
    return `${left} clients are not finished; at most ${unfinishedAtMost} are simulated`;
  return whyAway(unfinished, left, now);
}

/** Where the greater part of what is left waits for people who do not come, habits say nothing. */
function whyAway(unfinished: readonly KnownUpgrade[], left: number, now: number): string | null {
  const away = unfinished.flatMap(({ client, upgrade: { state }, upgrade }) => {
    if (state.phase !== 'deferred' || !hasBudget(state.class)) return [];
    return isAway(state.class, waitsSince(upgrade) ?? now, now, client.zone) ? [state.class] : [];
  });
  if (away.length === 0 || away.length * 2 < left) return null;
  const counts = Map.groupBy(away, (kind) => kind);
  const [most] = [...counts].sort(([, a], [, b]) => b.length - a.length);
  if (most === undefined) return null;
  return `${away.length} of ${counted(left, 'unfinished client')} ${away.length === 1 ? 'has' : 'have'} waited for ${daysAway} working days or longer (${waitWords[most[0]]}), and nobody knows when people come to ${away.length === 1 ? 'it' : 'them'}`;
}
