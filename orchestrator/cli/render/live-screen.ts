import { safeLine } from './view.ts';

/** Lines on a terminal that are redrawn in the same place. */
export interface LiveScreen {
  /**
   * @param foot stays at the bottom of the window, however many lines there are
   */
  draw(lines: readonly string[], foot?: readonly string[]): void;
  /** Shows lines further down, or up; `pages` moves by what the window holds. Draws nothing. */
  scroll(by: { readonly lines?: number; readonly pages?: number }): void;
  /** Leaves the last lines on the screen and shows the cursor again. Safe to repeat. */
  close(): void;
}

const hideCursor = '\u001b[?25l';
const showCursor = '\u001b[?25h';
const clearRestOfLine = '\u001b[K';
const clearBelow = '\u001b[J';
const clearAll = '\u001b[2J\u001b[H';
/**
 * Synchronized output: terminals that support it show only complete frames. Wrapping is off,
 * because a wrapped line would shift the next frame.
 */
const beginFrame = '\u001b[?2026h\u001b[?7l';
const endFrame = '\u001b[?7h\u001b[?2026l';
const up = (rows: number): string => (rows === 0 ? '' : `\u001b[${rows}A`);

type Terminal = Pick<NodeJS.WriteStream, 'rows' | 'columns' | 'write' | 'on' | 'off'>;

/**
 * Draws each frame in one write and does not clear the screen first, so that nothing flickers.
 * Lines that do not fit into the window are left out and counted; scrolling reaches them.
 */
export function liveScreen(terminal: Terminal): LiveScreen {
  let drawn = 0;
  let isOpen = false;
  let top = 0;
  // The terminal may have wrapped lines of the old width, so their rows are unknown now.
  const resized = (): void => {
    terminal.write(clearAll);
    drawn = 0;
  };
  const open = (): string => {
    if (isOpen) return '';
    isOpen = true;
    terminal.on('resize', resized);
    return hideCursor;
  };
  return {
    draw: (lines, foot = []) => {
      const shown = fitRows(lines, foot, top, terminal.rows);
      // After a scroll past the end, or where the window has grown, the way back begins at the end.
      top = Math.max(0, Math.min(top, lines.length - roomFor(foot, terminal.rows) + 1));
      const body = shown.map((line) => `${safeLine(line)}${clearRestOfLine}\n`).join('');
      terminal.write(`${open()}${beginFrame}${up(drawn)}\r${body}${clearBelow}${endFrame}`);
      drawn = shown.length;
    },
    scroll: ({ lines = 0, pages = 0 }) => {
      // One line of the page before stays, for the eye.
      top = Math.max(0, top + lines + pages * Math.max(1, roomFor([], terminal.rows) - 3));
    },
    close: () => {
      if (!isOpen) return;
      isOpen = false;
      terminal.off('resize', resized);
      terminal.write(showCursor);
    },
  };
}

/** The last row stays free for the cursor. */
const roomFor = (foot: readonly string[], rows: number): number => Math.max(2, rows - 1 - foot.length);

/** The lines of the window, with a line that counts what is above and below, and the foot. */
function fitRows(
  lines: readonly string[],
  foot: readonly string[],
  top: number,
  rows: number,
): readonly string[] {
  const room = roomFor(foot, rows);
  if (lines.length <= room) return [...lines, ...foot];
  const first = Math.min(top, lines.length - room + 1);
  const shown = lines.slice(first, first + room - 1);
  const below = lines.length - first - shown.length;
  const hidden = [first > 0 ? `${first} above` : '', below > 0 ? `${below} more lines` : ''];
  const says = `… ${hidden.filter((each) => each !== '').join(', ')}: arrow keys, page keys`;
  return [...shown, says, ...foot];
}
