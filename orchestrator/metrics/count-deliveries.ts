import type { NoticeStore } from '../../shared/store/notice-store.ts';
import type { NotifySettings } from '../notify/settings.ts';
import type { OrchestratorMetrics } from './open-metrics.ts';

/** The same store, which counts each try to deliver a message that it writes down. */
export const countDeliveries = <Of extends Pick<NoticeStore, 'endDelivery'>>(
  store: Of,
  settings: NotifySettings,
  metrics: Pick<OrchestratorMetrics, 'figures'> | undefined,
): Of =>
  metrics === undefined
    ? store
    : {
        ...store,
        endDelivery: async (entry, again) => {
          const isWritten = await store.endDelivery(entry, again);
          const form =
            settings.destinations.find(({ name }) => name === entry.destination)?.by.form ?? 'none';
          if (isWritten) metrics.figures.deliveries.inc({ form, outcome: entry.outcome });
          return isWritten;
        },
      };
