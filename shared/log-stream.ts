import { fstatSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { reasonOf } from './reason-of.ts';
import { visibleJson } from './visible-text.ts';

/** Why a process cannot write its log, and how much of it is lost so far. */
export interface LogTrouble {
  readonly lostLines: number;
  readonly because: string;
}

/** Gets lines of a log. Never throws, never blocks on a pipe, never holds more than a bound. */
export interface LogStream {
  write(line: string): void;
  /** Tries once more first. Null while the log is written. */
  trouble(): LogTrouble | null;
}

/** So many bytes wait at most for a reader that does not read. */
const waitingBytesAtMost = 1024 * 1024;

/**
 * The log on stderr. A log that cannot be written never stops the process: the lines are lost and
 * counted, and the first line that can be written again is preceded by one that says so. A file
 * that has no room is tried again with every line. A pipe without a reader is given up.
 * @param lost makes the line that says how many lines are lost
 */
export function openLogStream(lost: (trouble: LogTrouble) => string): LogStream {
  let trouble: LogTrouble | null = null;
  const lose = (because: string): void => {
    trouble = { lostLines: (trouble?.lostLines ?? 0) + 1, because };
  };
  const write = isFileLike(2) ? toFile() : toReader(process.stderr, lose);
  // A line that says how many are lost is no lost line itself.
  const tryAgain = (): void => {
    if (trouble !== null && write(lost(trouble)) === null) trouble = null;
  };
  return {
    write: (line) => {
      tryAgain();
      const because = write(visibleJson(line));
      if (because !== null) lose(because);
    },
    trouble: () => {
      tryAgain();
      return trouble;
    },
  };
}

/** Returns why the text cannot be written; null = it is. */
type Write = (text: string) => string | null;

/** A write to a file ends at once: it is waited for, so nothing is lost when the process ends. */
const isFileLike = (fd: number): boolean => {
  try {
    const stat = fstatSync(fd);
    return stat.isFile() || (stat.isCharacterDevice() && !isatty(fd));
  } catch {
    return false;
  }
};

function toFile(): Write {
  let isTorn = false;
  return (text) => {
    try {
      const bytes = Buffer.from(isTorn ? `\n${text}` : text);
      let done = 0;
      while (done < bytes.length) {
        done += writeSync(2, bytes, done);
        isTorn = done < bytes.length;
      }
      return null;
    } catch (error) {
      return reasonOf(error);
    }
  };
}

/**
 * Node writes to a pipe or a socket without blocking, and keeps what the reader does not take.
 * @param lose called for a line that was kept and then could not be written
 */
function toReader(stream: NodeJS.WriteStream, lose: (because: string) => void): Write {
  let closed: string | null = null;
  stream.on('error', (error) => (closed = reasonOf(error)));
  return (text) => {
    if (closed !== null || stream.destroyed) return closed ?? 'it is closed';
    if (stream.writableLength > waitingBytesAtMost) return 'nobody reads it';
    stream.write(text, (error) => {
      if (error) lose(reasonOf(error));
    });
    return null;
  };
}
