import { setTimeout as delay } from 'node:timers/promises';
import type { CampaignStatus } from '../../views/status.ts';
import { err, type Result } from '../../../shared/errors.ts';
import type { Refusal } from '../../refusal.ts';
import { liveScreen } from '../render/live-screen.ts';
import { statusLine, statusLines } from '../render/status.ts';
import { safeLine, viewOf } from '../render/view.ts';
import { visibleJson } from '../../../shared/visible-text.ts';

/** The place that shows a watched campaign. */
export interface WatchScreen {
  show(status: CampaignStatus): void;
  /** Says that the orchestrator does not answer at the moment. */
  lost(refusal: Refusal): void;
  close(): void;
}

export interface Watch {
  readonly read: () => Promise<Result<CampaignStatus, Refusal>>;
  readonly screen: WatchScreen;
  readonly everyMs: number;
  /** Also stop watching when the campaign is paused, so that a script can decide what to do. */
  readonly untilPaused: boolean;
  /** Stops watching early. */
  readonly signal: AbortSignal;
}

/** An orchestrator that restarts answers again within this real time. */
const patienceMs = 20_000;

/**
 * Shows a campaign until it has ended. Keeps trying for a while when the orchestrator does not
 * answer.
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
        const isOver = status.value.status === 'ended' || isAbortComplete(status.value);
        if (isOver || isPause || signal.aborted) return status;
      } else {
        const { code } = status.error;
        const isUnavailable = code === 'unreachable' || (code.startsWith('store') && code !== 'store.gone');
        if (!isUnavailable || signal.aborted || performance.now() - answeredAt > patienceMs)
          return err(status.error);
        screen.lost(status.error);
      }
      await delay(everyMs, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    screen.close();
  }
}

/** Whether the work in progress of an aborted campaign is completed: nothing more happens. */
const isAbortComplete = ({ status, endedAt }: CampaignStatus): boolean =>
  status === 'aborted' && endedAt !== null;

/**
 * Returns a live screen on a terminal. Anywhere else it prints one plain line whenever something
 * worth reporting has changed.
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
    stream.write(`${safeLine(`${at}${line}`)}\n`);
  };
  return {
    show: (status) => say(`${status.at} `, statusLine(status)),
    lost: () => say('', 'the orchestrator does not answer; trying again'),
    close: () => undefined,
  };
}

/** With `--json`: one status per line, whenever it has changed. */
export function jsonScreenOn(stream: NodeJS.WriteStream): WatchScreen {
  let last = '';
  return {
    show: (status) => {
      // A later time alone is no change.
      const timeless = JSON.stringify({ ...status, at: '', tookMs: 0 });
      if (timeless !== last) stream.write(`${visibleJson(JSON.stringify(status))}\n`);
      last = timeless;
    },
    lost: () => undefined,
    close: () => undefined,
  };
}
