import { isClosed, requestKey, requestName } from '../../shared/domain/campaign/command-request.ts';
import type { RequestRecord } from '../../shared/store/request-store.ts';
import type { LeaderContext } from '../context.ts';
import { carryOut } from '../requests/carry-out.ts';
import { closedMeanwhile } from '../requests/inbox.ts';
import { earliest } from './agenda.ts';
import { everything } from './news.ts';
import type { Round } from './repeat.ts';

/** Policy time. The orchestrator that is answered carries it out itself, unless it is killed. */
const graceMs = 15_000;
/** A closed request still answers who comes late. */
const keptMs = 7 * 24 * 60 * 60_000;

/**
 * Closes requests that have expired or become needless, carries out what was approved and not
 * done, and forgets what was closed long ago.
 */
export function judgeRequests(): Round {
  let moment: number | null = null;

  const judge = async (context: LeaderContext, record: RequestRecord): Promise<void> => {
    const { request, version } = record;
    const now = context.clock.now();
    if (request.state.is === 'asked') await closedMeanwhile(context, record);
    else if (momentOf(record) > now) return;
    else if (isClosed(request)) await context.store.commitRequest(requestKey(request), null, version, null);
    else await carryOut(context, requestKey(request), true);
  };
  return {
    name: 'requests',
    run: async (context, news = everything) => {
      const isNew = news.everything || news.campaigns.size > 0;
      if (!isNew && (moment === null || context.clock.now() < moment)) return;
      const records = await context.store.requests();
      for (const record of records)
        try {
          await judge(context, record);
        } catch (error) {
          context.log.error({ request: requestName(record.request), error }, 'failed; tries again');
        }
      moment = earliest(records.map(momentOf));
    },
  };
}

/** When something follows from it without anybody. */
const momentOf = ({ request: { state, until } }: RequestRecord): number =>
  state.is === 'asked' ? until : state.at + (state.is === 'approved' ? graceMs : keptMs);
