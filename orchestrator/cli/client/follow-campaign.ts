import type { CampaignStatus } from '../../views/status.ts';
import { eventHead } from '../../http/schemas/events.ts';
import { statusAnswer } from '../../http/schemas/campaigns.ts';
import { followEvents, type ServerEvent } from '../../http/events/reader.ts';
import type { ApiClient } from './api-client.ts';
import { fault, type Result } from '../../../shared/errors.ts';
import type { Refusal } from '../../refusal.ts';
import type { WatchScreen } from './watch-screen.ts';

/** What has been seen of the campaign. */
interface Seen {
  /** The `position` of the status that is shown. */
  readonly from: string;
  readonly shown: CampaignStatus;
  readonly isOver: (status: CampaignStatus) => boolean;
}

/** Shows what is pushed, until the campaign is over, has to be read again, or nobody pushes. */
export type Follow = (seen: Seen) => Promise<Followed>;

interface Watching {
  readonly api: ApiClient;
  readonly name: string;
  readonly read: () => Promise<Result<CampaignStatus, Refusal>>;
  readonly screen: WatchScreen;
  /** Real time between two drawings. */
  readonly everyMs: number;
  readonly signal: AbortSignal;
}

/** The last status; `refused`: the orchestrator does not push; else the caller reads again. */
export type Followed =
  | { readonly is: 'over'; readonly status: CampaignStatus }
  | { readonly is: 'refused' | 'left' };

const lost = fault('unreachable', 'the orchestrator does not answer');

/** Follows the campaign as `Follow` says. */
export async function followCampaign(
  { api, name, read, screen, everyMs, signal }: Watching,
  { from, shown, isOver }: Seen,
): Promise<Followed> {
  const stop = new AbortController();
  let latest = shown;
  let isFresh = false;
  let isLost = false;
  let isReading = false;
  let isOutdated = false;

  const take = (status: CampaignStatus): void => {
    latest = status;
    isFresh = true;
    if (isOver(status)) stop.abort();
  };
  /** Reads the whole status, where an event does not have it; never two readings at once. */
  const readWhole = async (): Promise<void> => {
    isOutdated = true;
    if (isReading) return;
    isReading = true;
    while (isOutdated && !stop.signal.aborted) {
      isOutdated = false;
      const status = await read();
      // The caller reads again, and handles a refusal.
      if (status.ok) take(status.value);
      else stop.abort();
    }
    isReading = false;
  };
  const onEvent = ({ event, data }: ServerEvent): void => {
    const status = event === 'head' ? wholeStatus(data) : null;
    if (status !== null) take(status);
    else if (event === 'head' || event === 'reset') void readWhole();
  };
  const draw = (): void => {
    if (isLost) screen.lost(lost);
    else if (isFresh) screen.show(latest);
    else screen.redraw?.();
    isFresh = false;
  };

  const drawing = setInterval(draw, everyMs);
  const refusal = await followEvents({
    open: (id, until) =>
      api.open('/v1/events', { topics: `campaign:${name}`, lastEventId: id ?? undefined }, { signal: until }),
    from,
    signal: AbortSignal.any([signal, stop.signal]),
    onEvent,
    onSign: () => screen.alive?.(),
    onLive: () => {
      isFresh ||= isLost;
      isLost = false;
    },
    onLost: () => {
      isLost = true;
      draw();
    },
  }).finally(() => clearInterval(drawing));
  if (isFresh) screen.show(latest);
  if (isOver(latest)) return { is: 'over', status: latest };
  await refusal?.body?.cancel();
  return { is: refusal === null ? 'left' : 'refused' };
}

/** Null where the event leaves something out, or comes from another version. */
function wholeStatus(data: string): CampaignStatus | null {
  const head = eventHead.safeParse(JSON.parse(data));
  if (!head.success || head.data.leftOut.length > 0) return null;
  const status = statusAnswer.safeParse(head.data.status);
  return status.success ? status.data : null;
}
