import type { AuditEntry } from '../../../shared/store/types.ts';
import { momentOf, row, wrapped } from './layout.ts';

/** One line of a transcript: an audit entry, or several of one driver in a row. */
interface Line {
  readonly entry: AuditEntry;
  readonly way: string;
  readonly because: string;
}

/**
 * Audit entries in their order. A move and the one that follows from its look share a line, and so
 * do the steps of a procedure; the moment is that of the last one.
 */
export const auditLines = (entries: readonly AuditEntry[]): readonly string[] =>
  entries.reduce<readonly Line[]>(withEntry, []).map(lineOf);

function withEntry(lines: readonly Line[], entry: AuditEntry): readonly Line[] {
  const last = lines.at(-1);
  const joined = last === undefined || !isOfOne(last.entry, entry) ? null : join(last, entry);
  return joined === null
    ? [...lines, { entry, way: wayOf(entry), because: entry.because }]
    : [...lines.slice(0, -1), joined];
}

const isOfOne = (a: AuditEntry, b: AuditEntry): boolean => a.client === b.client && a.who === b.who;

function join({ entry: last, because }: Line, entry: AuditEntry): Line | null {
  if (last.from !== 'looking' && last.to === 'looking' && entry.from === 'looking')
    return { entry, way: `${last.from} => ${entry.to}`, because: `${because}; ${entry.because}` };
  const step = stepIn(entry);
  return step === null || stepIn(last) === null
    ? null
    : { entry, way: entry.to, because: `${because}; ${step}` };
}

/** `step "stop" done` of `relocation: step "stop" done`. */
const stepIn = ({ from, to, because }: AuditEntry): string | null =>
  from === to ? (/^[\w ]+: (step ".+" done)$/.exec(because)?.[1] ?? null) : null;

const wayOf = ({ from, to }: AuditEntry): string =>
  from === to ? to : [from, to].filter((each) => each !== '').join(' -> ');

/** Without what a worker is called in whole: `w1` for `worker w1`. */
function lineOf({ entry: { at, client, who }, way, because }: Line): string {
  const head = row([
    [momentOf(at), 12],
    [client ?? 'campaign', 8],
    [who.replace(/^worker /, ''), 12],
    [way, 22],
  ]);
  return wrapped(head.padEnd(62), because);
}
