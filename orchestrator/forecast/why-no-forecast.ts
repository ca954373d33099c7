import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import { counted } from '../domain/counted.ts';
import type { Figures } from './figures.ts';
import type { ForecastQuestion } from './question.ts';

/** Figures of fewer clients say nothing about the others. */
const leastKnown = 20;
const unfinishedAtMost = 20_000;

/** Why a campaign that does not run has no forecast, in words; null = it runs. */
export function whyStanding({ state }: Campaign): string | null {
  if (state.status === 'paused') return `it is paused, and nobody knows when it goes on: ${state.because}`;
  return state.status === 'running' ? null : 'it does not run';
}

/** Why nobody can say when a campaign ends, in words; null = its figures can. */
export function whyNoForecast(
  { campaign, upgrades, waiting, sources, isHalted }: ForecastQuestion,
  { looked, settled }: Figures,
): string | null {
  const { definition, state } = campaign;
  const standing = whyStanding(campaign);
  if (standing !== null) return standing;
  if (isHalted === true) return 'everything is halted';
  const openWaves = 'openWaves' in state ? state.openWaves : 0;
  const held = [...new Set((campaign.holds ?? []).map(({ logonServer }) => logonServer))];
  if (held.length > 0)
    return `nobody knows until when ${held.join(', ')} ${held.length === 1 ? 'is' : 'are'} held`;
  const asks = definition.waves.find(({ gate }, wave) => gate.approval === true && wave >= openWaves - 1);
  if (asks !== undefined && openWaves < definition.waves.length)
    return `wave ${asks.name} is followed by an approval, and nobody knows when a person gives it`;
  if (definition.approvals !== undefined)
    return 'steps wait for the yes of a person, and nobody knows when a person gives it';
  if (definition.hooks !== undefined) return 'it waits for its hooks, and nobody knows how long they take';
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
