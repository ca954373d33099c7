import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { Health } from '../../shared/domain/observation/health.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { healthNow } from '../../shared/domain/upgrade/count-upgrade.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import { gateQuestion } from '../domain/gate-question.ts';
import { isHealthOpen } from '../domain/gate-waits.ts';
import type { WaveProgress } from '../domain/wave-progress.ts';

/** `unhealthy: appctl32.exe is missing` */
export const healthInWords = (health: Health): string =>
  health.kind === 'healthy'
    ? 'still healthy'
    : `${health.kind === 'unhealthy' ? 'unhealthy' : 'of unknown health'}: ${health.because}`;

/** What a later look found on an upgraded client, in words; null = nobody has looked again. */
export function lookedAgain(upgrade: Upgrade): string | null {
  const health = healthNow(upgrade);
  return health === null ? null : `looked at again at ${isoOf(health.at)}: ${healthInWords(health)}`;
}

/** Upgraded clients that were looked at again, by what was found. */
export type HealthCounts = Readonly<Record<Health['kind'], number>>;

/** The counts of these waves, to be spread into an answer; nothing where none was looked at. */
export function healthIn(waves: readonly WaveProgress[]): { readonly health?: HealthCounts } {
  const sum = (kind: Health['kind']): number => waves.reduce((all, { health }) => all + health[kind], 0);
  const found = { healthy: sum('healthy'), unhealthy: sum('unhealthy'), notKnown: sum('notKnown') };
  return found.healthy + found.unhealthy + found.notKnown === 0 ? {} : { health: found };
}

/** Clients of unknown health that keep the next wave closed until a person accepts them. */
export function unknownHealth(
  { definition, state }: Campaign,
  waves: readonly WaveProgress[],
  now: number,
): number {
  if (state.status !== 'running') return 0;
  const index = state.openWaves - 1;
  const question = gateQuestion({ definition }, state, { index, progress: waves[index], now });
  return question === null || question.isLast || !isHealthOpen(question)
    ? 0
    : question.progress.health.notKnown;
}
