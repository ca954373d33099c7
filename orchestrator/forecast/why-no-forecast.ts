import { counted } from '../domain/counted.ts';
import { leastKnown, whyAsking, whyStanding } from '../views/why-no-end.ts';
import type { Figures } from './figures.ts';
import type { ForecastQuestion } from './question.ts';

const unfinishedAtMost = 20_000;

/** Why nobody can say when a campaign ends, in words; null = its figures can. */
export function whyNoForecast(
  { campaign, upgrades, waiting, sources, isHalted }: ForecastQuestion,
  { looked, settled }: Figures,
): string | null {
  const standing = whyStanding(campaign);
  if (standing !== null) return standing;
  if (isHalted === true) return 'everything is halted';
  const held = [...new Set((campaign.holds ?? []).map(({ logonServer }) => logonServer))];
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
  const left =
    upgrades.filter(({ upgrade }) => upgrade.state.phase !== 'settled').length +
    waiting.reduce((sum, clients) => sum + clients.length, 0);
  return left > unfinishedAtMost
    ? `${left} clients are not finished; at most ${unfinishedAtMost} are simulated`
    : null;
}
