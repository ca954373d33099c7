import type { CampaignStatus } from '../../views/status.ts';
import { liveScreen } from '../render/live-screen.ts';
import { localTimes } from '../render/local-times.ts';
import { statusLines } from '../render/status.ts';
import { statusLine } from '../render/status-line.ts';
import { viewOf } from '../render/view.ts';
import { folded, textOf } from '../render/wrap.ts';
import { jsonLine } from '../json-document.ts';
import type { WatchScreen } from './watch-screen.ts';
import type { Scroll } from './watch-keys.ts';

/** A screen for a person who has a keyboard. */
export interface LiveWatchScreen extends WatchScreen {
  /** Shows the keys, or hides them again. */
  toggleHelp(): void;
  /** Shows what a small window leaves out. */
  scroll(by: Scroll): void;
}

const helpLines = [
  '',
  'q  stop watching, with exit code 0; the campaign goes on. Ctrl-C does so with exit code 130',
  '?  show or hide these lines',
  'arrow keys, page keys, Home, End  show what the window leaves out',
  'What a word means: servpack help words',
];

/**
 * Draws a campaign on a terminal, in the same place. The last line has the clock, and its zone. The
 * last status stays when the orchestrator does not answer, with the time since when it is stale.
 * @param clock real time in milliseconds
 */
export function watchScreenOn(
  stream: NodeJS.WriteStream,
  hasKeys: boolean,
  clock: () => number = Date.now,
): LiveWatchScreen {
  const screen = liveScreen(stream);
  let last: CampaignStatus | null = null;
  let answeredAt = clock();
  let isStale = false;
  let isHelp = false;
  let noted = '';
  const draw = (): void => {
    const view = viewOf(stream);
    const times = localTimes(undefined, clock());
    const since = last === null ? '' : `stale since ${times.clock(answeredAt)}: `;
    const stale = `${since}the orchestrator does not answer; trying again`;
    const keys = hasKeys ? '  q quit  ? help' : '';
    const foot = `${times.clock(clock())} ${times.zone}${keys}${noted === '' ? '' : `  ${noted}`}`;
    screen.draw(
      folded(view, [
        // First, because a small window leaves out the last lines.
        ...(isStale ? [view.paint('red', stale)] : []),
        ...(last === null ? [] : statusLines(view, times.in(last))),
        ...(isHelp ? helpLines : []),
      ]),
      // Every window shows the clock: it proves that the screen is still updated.
      ['', view.paint('dim', foot)],
    );
  };
  return {
    show: (status) => {
      last = status;
      answeredAt = clock();
      isStale = false;
      draw();
    },
    lost: () => {
      isStale = true;
      draw();
    },
    redraw: draw,
    alive: () => {
      answeredAt = clock();
    },
    note: (says) => {
      noted = says;
    },
    toggleHelp: () => {
      isHelp = !isHelp;
      // The help is shown below everything else.
      if (isHelp) screen.scroll({ lines: Number.MAX_SAFE_INTEGER });
      draw();
    },
    scroll: (by) => {
      screen.scroll(by);
      draw();
    },
    close: () => screen.close(),
  };
}

/** Prints one plain line whenever something worth reporting has changed. */
export function watchLinesOn(stream: NodeJS.WriteStream): WatchScreen {
  let last = '';
  const say = (at: string, line: string): void => {
    if (line === last) return;
    last = line;
    stream.write(textOf(viewOf(stream), [`${at}${line}`]));
  };
  return {
    show: (status) => say(`${status.at} `, statusLine(status)),
    lost: () => say('', 'the orchestrator does not answer; trying again'),
    note,
    close: () => undefined,
  };
}

/** Beside the lines that a script reads. */
const note = (says: string): void => void process.stderr.write(`servpack: ${says}\n`);

/** With `--json`: one status per line, whenever it has changed. */
export function jsonScreenOn(stream: NodeJS.WriteStream): WatchScreen {
  let last = '';
  return {
    show: (status) => {
      // A later time alone is no change, nor the age of a forecast.
      const forecast = status.forecast === undefined ? {} : { forecast: { ...status.forecast, says: '' } };
      const timeless = JSON.stringify({ ...status, ...forecast, at: '', tookMs: 0, position: '' });
      if (timeless !== last) stream.write(jsonLine(status));
      last = timeless;
    },
    lost: () => undefined,
    note,
    close: () => undefined,
  };
}
