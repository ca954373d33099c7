import { shorten } from './table.ts';
import { safeLine } from './view.ts';

/** Lines on a terminal that are redrawn in the same place. */
export interface LiveScreen {
  draw(lines: readonly string[]): void;
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
 * Lines that do not fit into the window are left out and counted.
 */
export function liveScreen(terminal: Terminal): LiveScreen {
  let drawn = 0;
  let isOpen = false;
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
    draw: (lines) => {
      const shown = fitRows(lines, terminal.rows);
      const body = shown.map((line) => `${safeLine(line)}${clearRestOfLine}\n`).join('');
      terminal.write(`${open()}${beginFrame}${up(drawn)}\r${body}${clearBelow}${endFrame}`);
      drawn = shown.length;
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
function fitRows(lines: readonly string[], rows: number): readonly string[] {
  const room = Math.max(2, rows - 1);
  if (lines.length <= room) return lines;
  const shown = lines.slice(0, room - 1);
  return [...shown, shorten(`… ${lines.length - shown.length} more lines: enlarge the window`, 80)];
}
