import type { PaceLog } from '../campaigns/pace-log.ts';
import type { OrchestratorContext } from '../context.ts';
import { waveProgress } from '../domain/wave-progress.ts';
import { everything, isNews, type News } from './news.ts';

/**
 * Notes how far each running campaign is. A pause, and what it held up, is no part of a pace. Where
 * nothing has changed the store is not asked: the campaign is as far as it was.
 */
export function notePaces(
  { store, clock }: Pick<OrchestratorContext, 'store' | 'clock'>,
  paces: PaceLog,
): (news?: News) => Promise<void> {
  /** Running campaign -> how many of its clients are finished. */
  let finishedIn = new Map<string, number>();
  return async (news = everything) => {
    if (isNews(news)) {
      const { halt } = await store.readHalt();
      const running = halt === null ? await store.campaigns(['running']) : [];
      const before = finishedIn;
      finishedIn = new Map();
      for (const { campaign } of running) {
        const name = campaign.definition.campaign;
        const known = news.everything || news.clients.has(name) ? undefined : before.get(name);
        const finished = known ?? finishedOf(waveProgress(campaign.waveSizes, await store.counters(name)));
        finishedIn.set(name, finished);
      }
      paces.keep(new Set(finishedIn.keys()));
    }
    for (const [name, finished] of finishedIn) paces.note(name, { at: clock.now(), finished });
  };
}

const finishedOf = (progress: ReturnType<typeof waveProgress>): number =>
  progress.reduce((sum, { settled }) => sum + settled, 0);
