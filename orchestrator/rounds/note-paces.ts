import type { PaceLog } from '../campaigns/pace-log.ts';
import type { OrchestratorContext } from '../context.ts';
import { waveProgress } from '../domain/wave-progress.ts';

/** Notes how far each running campaign is. A pause, and what it held up, is no part of a pace. */
export async function notePaces(
  { store, clock }: Pick<OrchestratorContext, 'store' | 'clock'>,
  paces: PaceLog,
): Promise<void> {
  const { halt } = await store.readHalt();
  const running = halt === null ? await store.campaigns(['running']) : [];
  paces.keep(new Set(running.map(({ campaign }) => campaign.definition.campaign)));
  for (const { campaign } of running) {
    const name = campaign.definition.campaign;
    const progress = waveProgress(campaign.waveSizes, await store.counters(name));
    const finished = progress.reduce((sum, { settled }) => sum + settled, 0);
    paces.note(name, { at: clock.now(), finished });
  }
}
