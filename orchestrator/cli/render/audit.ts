import type { z } from 'zod';
import type { AuditLineAnswer, auditShowAnswer, VerifyAnswer } from '../../http/schemas/audit.ts';
import { stateWord } from '../../views/state-words.ts';
import { many, number, safe, type View } from './view.ts';
import { evidenceInWords } from './evidence.ts';
import { folded, wrapped } from './wrap.ts';

/**
 * The history of one client for a person who did not follow it: what was changed on the client,
 * then each step in order, campaign by campaign.
 * @param all also list each look that found the same as the look before
 */
export function auditLines(
  view: View,
  { client, entries, evidence }: z.infer<typeof auditShowAnswer>,
  all = false,
): readonly string[] {
  const own = entries.filter((entry) => entry.client !== null);
  if (entries.length === 0) return [safe(`${client}: nothing was ever done on it`)];
  const steps = own.length === 0 ? 'nothing was done on it yet' : `${many(own.length, 'step')}, oldest first`;
  const head = view.paint('bold', safe(`${client}: ${steps}`));
  let under: string | null = null;
  const lines = (all ? entries.map(once) : withoutRepeats(entries)).flatMap(({ entry, repeats }) => {
    const campaign = isHalt(entry) && under !== null ? under : campaignOf(entry);
    const isNew = campaign !== under;
    under = campaign;
    return [
      ...(isNew ? ['', ...folded(view, [view.paint('bold', safe(campaign))])] : []),
      ...stepLines(view, entry, evidence),
      ...(repeats === null ? [] : wrapped(view, '    ', repeatWords(repeats))),
    ];
  });
  return [...folded(view, [head]), ...changeLines(view, own), ...lines];
}

/** A step out of one of these phases has changed the machine. */
const changing: ReadonlySet<string> = new Set([
  'marking',
  'unmarking',
  'updating',
  'ordering',
  'notifying',
  'remedying',
]);

function changeLines(view: View, own: readonly AuditLineAnswer[]): readonly string[] {
  if (own.length === 0) return [];
  const changes = own.filter(({ from, to }) => changing.has(from) && from !== to);
  if (changes.length === 0) return ['nothing was changed on it'];
  return [
    'changed on it:',
    ...changes.flatMap(({ at, because }) => wrapped(view, `  ${at}  `, because)),
    ...own
      .slice(-1)
      .flatMap(({ at, to, because }) => wrapped(view, `  ${at}  `, `now ${stateWord(to)}: ${because}`)),
  ];
}

interface Listed {
  readonly entry: AuditLineAnswer;
  /** Later looks with the same result. */
  readonly repeats: { readonly times: number; readonly until: string } | null;
}

const once = (entry: AuditLineAnswer): Listed => ({ entry, repeats: null });

/**
 * Counts looks that found nothing new instead of listing them: a client that waits for days is
 * looked at many times.
 */
function withoutRepeats(entries: readonly AuditLineAnswer[]): readonly Listed[] {
  const listed: Listed[] = [];
  for (let n = 0; n < entries.length; n += 1) {
    const [entry, next, before] = [entries[n], entries[n + 1], listed.at(-1)];
    if (entry === undefined) break;
    if (before !== undefined && next !== undefined && isRepeat(before.entry, entry, next)) {
      const repeats = { times: (before.repeats?.times ?? 0) + 1, until: next.at };
      listed.splice(-1, 1, { ...before, repeats });
      n += 1;
    } else listed.push(once(entry));
  }
  return listed;
}

const isRepeat = (before: AuditLineAnswer, woke: AuditLineAnswer, rests: AuditLineAnswer): boolean =>
  woke.from === before.to &&
  /^(?:deferral over|time to see)/.test(woke.because) &&
  [woke, rests].every(({ campaign, beside }) => campaign === before.campaign && beside.length === 0) &&
  rests.to === before.to &&
  rests.because === before.because &&
  rests.evidence === before.evidence;

const repeatWords = ({ times, until }: NonNullable<Listed['repeats']>): string =>
  `same result in ${many(times, 'later look')}, the last at ${until}; list them with --all`;

const isHalt = ({ client, campaign }: AuditLineAnswer): boolean => client === null && campaign === '';

const campaignOf = ({ campaign, campaignHash }: AuditLineAnswer): string =>
  campaign === '' ? 'in no campaign' : `campaign ${campaign}, file with SHA-256 ${campaignHash ?? 'unknown'}`;

/** What the entry concerns, if not this client only. */
const scopeOf = (entry: AuditLineAnswer): string =>
  entry.client !== null ? '' : isHalt(entry) ? 'all campaigns: ' : 'the campaign: ';

function stepLines(
  view: View,
  entry: AuditLineAnswer,
  texts: Readonly<Record<string, string>>,
): readonly string[] {
  const { at, who, from, to, because, version, servpack, block } = entry;
  const change = from === to || from === '' ? stateWord(to) : `${stateWord(from)} -> ${stateWord(to)}`;
  const seal = block === null ? 'not sealed in these files' : `block ${block}`;
  const record = version === null ? '' : `record version ${version}, `;
  return [
    ...wrapped(view, `${at}  `, `${scopeOf(entry)}${change}: ${because}`),
    ...folded(view, [view.paint('dim', safe(`    by ${who}; ${record}servpack ${servpack}, ${seal}`))]),
    ...evidenceOf(entry).flatMap((hash) => evidenceLines(view, hash, texts[hash])),
  ];
}

const evidenceOf = ({ evidence, beside }: AuditLineAnswer): readonly string[] =>
  evidence === null ? beside : [evidence, ...beside];

function evidenceLines(view: View, hash: string, text: string | undefined): readonly string[] {
  const name = folded(view, [view.paint('dim', `    evidence ${hash}`)]);
  return text === undefined ? name : [...name, ...evidenceInWords(view, text, '      ')];
}

/** The chains that were verified, and each fault with its file and line. */
export function verifyLines(view: View, answer: VerifyAnswer): readonly string[] {
  const { files, chains, faults, notes } = answer;
  const torn = files.filter(({ tornAt }) => tornAt !== null);
  return [
    ...chains.flatMap((chain) => wrapped(view, `shard ${chain.shard}: `, chainWords(chain))),
    ...torn.flatMap(({ file, tornAt }) =>
      wrapped(
        view,
        `${file} `,
        `ends in the middle of a block (line ${tornAt}): after a crash, because it is being written now, or because it was cut`,
      ),
    ),
    ...faults.flatMap(({ file, line, block, says }) =>
      wrapped(view, `${placeOf(file, line)}${blockOf(block)}`, says),
    ),
    ...folded(
      view,
      notes.map((note) => view.paint('yellow', safe(note))),
    ),
    ...folded(view, [endOf(view, answer, torn.length)]),
  ];
}

function endOf(view: View, { files, faults }: VerifyAnswer, torn: number): string {
  if (faults.length > 0)
    return view.paint('red', `${many(faults.length, 'fault')}: the audit was changed or is incomplete`);
  if (files.length === 0) return 'There are no audit files.';
  return torn > 0
    ? view.paint(
        'yellow',
        `the audit is unchanged up to its last whole block, and incomplete after it (${many(torn, 'file')})`,
      )
    : view.paint('green', 'the audit is complete and unchanged');
}

function chainWords({ blocks, entries, last, inRedis }: VerifyAnswer['chains'][number]): string {
  const found = `${many(blocks, 'block')}, ${many(entries, 'entry', 'entries')}`;
  const ends = last === null ? '' : `; last block ${number(last.block)} at ${last.at}, head ${last.head}`;
  return `${found}${ends}${inRedis === null ? '' : `; Redis is at block ${number(inRedis.block)}`}`;
}

const placeOf = (file: string, line: number): string =>
  file === '' ? '' : line === 0 ? `${file}: ` : `${file}:${line}: `;

const blockOf = (block: number | null): string => (block === null ? '' : `block ${block}: `);
