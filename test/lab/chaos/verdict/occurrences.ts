import type { Entry } from '../../operator.ts';
import { type Fault, general } from './line.ts';

export interface OccurrenceEvidence {
  readonly schedule: string;
  readonly missed: 'run' | 'skip';
  /** Policy time between two occurrences, counted from midnight UTC. */
  readonly everyMs: number;
  /** An occurrence that begins later than this was missed. */
  readonly lateAfterMs: number;
  /** Policy time that an orchestrator may need after the last stroke. */
  readonly graceMs: number;
  /** Entries about the whole installation and about whole campaigns, oldest first. */
  readonly entries: readonly Entry[];
}

const begins = /^the occurrence of (\S+) begins(, late)?/;
const before = /; (\d+) occurrences? \w+ before missed$/;
const missedOnly = /^(\d+) occurrences? \w+ missed, the last of (\S+): /;
const over = /^(\S+) (?:was started|is not (created|started): )/;

/**
 * Reads the story of a schedule: each occurrence of its rule is decided once, to run or to be
 * missed, and what began has one campaign, or none and a reason.
 */
export function occurrenceFaults(evidence: OccurrenceEvidence): readonly Fault[] {
  const { schedule, entries } = evidence;
  const prefix = `schedule ${schedule}: `;
  const story = entries.filter(({ campaign, because }) => campaign === '' && because.startsWith(prefix));
  const read = new Reader(evidence);
  for (const entry of story) read.entry(entry, entry.because.slice(prefix.length));
  return general([...read.faults, ...read.endFaults()].map((what) => `schedule ${schedule}: ${what}`));
}

class Reader {
  readonly faults: string[] = [];
  readonly #evidence: OccurrenceEvidence;
  /** All occurrences up to this policy time are decided. */
  #decidedTo: number | null = null;
  #open: string | null = null;
  #pausedAt: number | null = null;

  constructor(evidence: OccurrenceEvidence) {
    this.#evidence = evidence;
  }

  entry(entry: Entry, because: string): void {
    const begun = begins.exec(because);
    const missed = missedOnly.exec(because);
    const ended = over.exec(because);
    if (entry.from === '') this.#decidedTo = entry.at;
    else if (begun !== null) this.#begin(entry, because, begun);
    else if (missed !== null) this.#miss(entry, Number(missed[1]), Date.parse(missed[2] ?? ''));
    else if (ended !== null) this.#end(ended[1] ?? '', ended[2] ?? null, because);
    else if (entry.to === 'paused') this.#pausedAt = entry.at;
  }

  endFaults(): readonly string[] {
    const { graceMs, everyMs } = this.#evidence;
    const [to, until] = [this.#decidedTo, this.#pausedAt];
    const isDue = to !== null && until !== null && nextAfter(to, everyMs) < until - graceMs;
    return [
      ...(to === null ? ['has no entry of its creation'] : []),
      ...(this.#open === null ? [] : [`${this.#open} began, and nothing became of it`]),
      ...(isDue ? [`the occurrence of ${iso(nextAfter(to, everyMs))} was never decided`] : []),
    ];
  }

  #begin(entry: Entry, because: string, [, text = '', late]: RegExpExecArray): void {
    const at = Date.parse(text);
    const isLate = entry.at - at > this.#evidence.lateAfterMs;
    if (this.#open !== null) this.faults.push(`${text} begins while ${this.#open} is open`);
    if (isLate !== (late !== undefined))
      this.faults.push(
        `${text} begins at ${iso(entry.at)}, said to be ${late === undefined ? 'in time' : 'late'}`,
      );
    if (isLate && this.#evidence.missed === 'skip') this.faults.push(`${text} was missed, and began`);
    this.#decide(at, 1 + Number(before.exec(because)?.[1] ?? 0));
    this.#open = text;
  }

  #miss(entry: Entry, count: number, at: number): void {
    if (this.#evidence.missed === 'run')
      this.faults.push(`${iso(at)} is said to be skipped, and is to be run`);
    if (entry.at - at <= this.#evidence.lateAfterMs)
      this.faults.push(`${iso(at)} was not late, and was skipped`);
    this.#decide(at, count);
  }

  /** So many occurrences are decided, the last of this time. */
  #decide(at: number, count: number): void {
    const { everyMs } = this.#evidence;
    const from = this.#decidedTo;
    if (from === null) return void this.faults.push(`${iso(at)} was decided before the schedule was created`);
    const there = Math.floor(at / everyMs) - Math.floor(from / everyMs);
    if (at % everyMs !== 0) this.faults.push(`${iso(at)} is no time of the schedule`);
    if (there !== count)
      this.faults.push(`${count} occurrences up to ${iso(at)} were decided, there are ${there}`);
    this.#decidedTo = at;
  }

  #end(campaign: string, not: string | null, because: string): void {
    if (this.#open === null) this.faults.push(`nothing was open: ${because}`);
    this.#open = null;
    const own = this.#evidence.entries.filter((each) => each.campaign === campaign);
    const created = own.filter(({ to }) => to === 'created').length;
    const started = own.filter(({ from, to }) => from === 'created' && to === 'running').length;
    const [mustCreate, mustStart] = [not === 'created' ? 0 : 1, not === null ? 1 : 0];
    if (created !== mustCreate || started !== mustStart)
      this.faults.push(`${campaign} was created ${created} times and started ${started} times: ${because}`);
  }
}

const nextAfter = (at: number, everyMs: number): number => (Math.floor(at / everyMs) + 1) * everyMs;
const iso = (at: number): string => new Date(at).toISOString();
