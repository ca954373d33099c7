import { createReadStream, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Outages } from '../outages.ts';

/**
 * When Redis was unavailable to all, and when each process was frozen: after it wakes up, its calls
 * to Redis seem unanswered.
 */
interface Excuses {
  readonly outages: Outages;
  readonly frozen: ReadonlyMap<number, Outages>;
  readonly fullDisks: Outages;
}

import { type Fault, general } from './line.ts';

export interface LogFindings {
  readonly lines: number;
  readonly errors: readonly Fault[];
  readonly secrets: readonly Fault[];
}

const errorLevel = 50;
/** The sentence of a start while Redis is away, or refuses writes as a replica. */
const failedStart = /^servpack (orchestrator|worker): (no Redis answers at |Redis at \S+ is a replica, )/;
const afterThawMs = 2_000;
const shownAtMost = 240;

/** Reads every log of the run line by line. Faults are cut to a readable length. */
export async function readLogs(
  folder: string,
  secrets: readonly string[],
  excuses: Excuses,
): Promise<LogFindings> {
  const found = { lines: 0, errors: [] as string[], secrets: [] as string[] };
  for (const file of readdirSync(folder)) {
    for await (const line of createInterface({ input: createReadStream(join(folder, file)) })) {
      found.lines += 1;
      if (isError(line, excuses)) found.errors.push(`${file}: ${line.slice(0, shownAtMost)}`);
      if (secrets.some((secret) => line.includes(secret))) found.secrets.push(`${file}: line with a secret`);
    }
  }
  return { lines: found.lines, errors: general(found.errors), secrets: general(found.secrets) };
}

interface LogLine {
  readonly level: number;
  readonly time: string;
  readonly pid: number;
}

/**
 * A line is an error when it is not JSON of the log (a stack trace, a text of a library), or has
 * the level error. Errors are excused while Redis is unavailable.
 */
function isError(line: string, { outages, frozen, fullDisks }: Excuses): boolean {
  const read = parse(line);
  // A failed start prints one sentence. Whether it may fail is judged where it is started.
  // A full disk tears the line that was being written.
  if (read === null && fullDisks.count > 0 && line.startsWith('{')) return false;
  if (read === null) return !failedStart.test(line);
  if (read.level < errorLevel) return false;
  const at = Date.parse(read.time);
  const wasFrozen =
    line.includes('"StoreUnavailable"') && (frozen.get(read.pid)?.near(at, afterThawMs) ?? false);
  const wasFull = /ENOSPC|disk is full|no room is left/.test(line) && fullDisks.near(at);
  return !outages.near(at) && !wasFrozen && !wasFull;
}

function parse(line: string): LogLine | null {
  try {
    const read = JSON.parse(line) as Partial<LogLine>;
    return typeof read.level === 'number' && typeof read.time === 'string' ? (read as LogLine) : null;
  } catch {
    return null;
  }
}
