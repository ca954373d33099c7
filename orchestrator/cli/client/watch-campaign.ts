import { setTimeout as delay } from 'node:timers/promises';
import type { CampaignStatus } from '../../views/status.ts';
import { err, type Result } from '../../../shared/errors.ts';
import type { Refusal } from '../../refusal.ts';
import { liveScreen } from '../render/live-screen.ts';
import { statusLine, statusLines } from '../render/status.ts';
import { viewOf } from '../render/view.ts';

/** Where a watched campaign is shown. */
export interface WatchScreen {
  show(status: CampaignStatus): void;
  /** The orchestrator does not answer for the moment. */
  lost(refusal: Refusal): void;
  close(): void;
}

export interface Watch {
  readonly read: () => Promise<Result<CampaignStatus, Refusal>>;
  readonly screen: WatchScreen;
  readonly everyMs: number;
  /** Ends the watching also when the campaign is paused, for scripts that then decide. */
  readonly untilPaused: boolean;
  /** Ends the watching early. */
  readonly signal: AbortSignal;
}

/** An orchestrator that restarts comes back within this; real time. */
const patienceMs = 20_000;

/**
 * Shows a campaign until it has ended. An orchestrator that does not answer for a moment is waited
 * for.
 */
export async function watchCampaign({
  read,
  screen,
  everyMs,
  untilPaused,
  signal,
}: Watch): Promise<Result<CampaignStatus, Refusal>> {
  let answeredAt = performance.now();
  try {
    for (;;) {
      const status = await read();
      if (status.ok) {
        answeredAt = performance.now();
        screen.show(status.value);
        const isPause = untilPaused && status.value.status === 'paused';
        const isOver = status.value.status === 'ended' || isAbortedToItsEnd(status.value);
        if (isOver || isPause || signal.aborted) return status;
      } else {
        const isAway = status.error.code === 'unreachable' || status.error.code.startsWith('store');
        if (!isAway || signal.aborted || performance.now() - answeredAt > patienceMs)
          return err(status.error);
        screen.lost(status.error);
      }
      await delay(everyMs, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    screen.close();
  }
}

/** What was begun is finished; nothing more happens. */
const isAbortedToItsEnd = ({ status, endedAt }: CampaignStatus): boolean =>
  status === 'aborted' && endedAt !== null;

/**
 * A live screen on a terminal, and plain lines anywhere else: one line whenever something worth
 * reporting has changed.
 */
export const watchScreenOn = (stream: NodeJS.WriteStream): WatchScreen =>
  stream.isTTY ? onTerminal(stream) : inLines(stream);

function onTerminal(stream: NodeJS.WriteStream): WatchScreen {
  const screen = liveScreen(stream);
  let last: readonly string[] = [];
  return {
    show: (status) => {
      last = statusLines(viewOf(stream), status);
      screen.draw(last);
    },
    lost: () =>
      screen.draw([
        ...last,
        '',
        viewOf(stream).paint('yellow', 'the orchestrator does not answer; trying again'),
      ]),
    close: () => screen.close(),
  };
}

function inLines(stream: NodeJS.WriteStream): WatchScreen {
  let last = '';
  const say = (at: string, line: string): void => {
    if (line === last) return;
    last = line;
    stream.write(`${at}${line}\n`);
  };
  return {
    show: (status) => say(`${status.at} `, statusLine(status)),
    lost: () => say('', 'the orchestrator does not answer; trying again'),
    close: () => undefined,
  };
}

/** `--json`: a status per line, whenever it has changed. */
export function jsonScreenOn(stream: NodeJS.WriteStream): WatchScreen {
  let last = '';
  return {
    show: (status) => {
      // The passing of time alone is no change.
      const news = JSON.stringify({ ...status, at: '', tookMs: 0 });
      if (news !== last) stream.write(`${JSON.stringify(status)}\n`);
      last = news;
    },
    lost: () => undefined,
    close: () => undefined,
  };
}
