import type { OrchestratorContext } from '../context.ts';
import type { Repeated, Round } from '../rounds/repeat.ts';
import { countDeliveries } from '../metrics/count-deliveries.ts';
import type { NoticeKind } from '../domain/notice-kinds.ts';
import { openConditions } from './conditions.ts';
import { makeNotices } from '../rounds/make-notices.ts';
import { openNoticeQueue } from './notice-queue.ts';
import { watchRedis } from './watch-redis.ts';

/** What makes and delivers messages while this process leads. */
export interface Notices {
  /** None where servpack notifies nobody. */
  readonly rounds: readonly (readonly [everyMs: number, round: Round])[];
  /** @param isLeading whether this process leads now */
  watch(isLeading: () => boolean): void;
  close(): Promise<void>;
}

/** Without destinations nothing is opened, read or connected. */
export function noticesOf(
  { notifier, ...context }: OrchestratorContext,
  place: { readonly url: string; readonly prefix: string },
): Notices {
  if (notifier === undefined) return { rounds: [], watch: () => undefined, close: async () => undefined };
  const { settings, sending } = notifier;
  const { log, metrics } = context;
  const store = countDeliveries(context.store, settings, metrics);
  const queue = openNoticeQueue({ ...place, ...sending, settings, store, log });
  // Asked each time: the settings follow their file.
  const kinds = {
    has: (kind: NoticeKind) => settings.destinations.some((each) => each.kinds.includes(kind)),
  };
  const round = makeNotices({ settings, queue, conditions: openConditions(kinds) });
  let watching: Repeated | null = null;
  return {
    rounds: [[1_000, round]],
    watch: (isLeading) => void (watching = watchRedis(context, notifier, isLeading)),
    close: async () => {
      notifier.file?.close();
      await Promise.all([watching?.stop(), queue.close()]);
    },
  };
}
