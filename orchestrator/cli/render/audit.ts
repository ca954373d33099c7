import type { z } from 'zod';
import type { AuditLineAnswer, auditShowAnswer, VerifyAnswer } from '../../http/schemas/audit.ts';
import { many, number, safe, safeLines, type View } from './view.ts';
import { wrapped } from './wrap.ts';

/**
 * What was done to one machine, for a person who was not there: what was changed on it, then each
 * step in order, campaign by campaign.
 * @param all also list each look that found the same as the look before
 */
export function auditLines(
  view: View,
  { client, entries, evidence }: z.infer<typeof auditShowAnswer>,
  all = false,
): readonly string[] {
  const own = entries.filter((entry) => entry.client !== null);
  if (own.length === 0) return [safe(`${client}: nothing has been done to it`)];
  const head = view.paint('bold', safe(`${client}: ${many(own.length, 'step')}, the first one first`));
  let under: string | null = null;
  const lines = (all ? entries.map(alone) : withoutRepeats(entries)).flatMap(({ entry, again }) => {
    const campaign = isHalt(entry) && under !== null ? under : campaignOf(entry);
    const isNew = campaign !== under;
    under = campaign;
    return [
      ...(isNew ? ['', view.paint('bold', safe(campaign))] : []),
      ...stepLines(view, entry, evidence),
      ...(again === null ? [] : wrapped(view, '    ', againInWords(again))),
    ];
  });
  return [head, ...changeLines(view, own), ...lines];
}

/** What a step in these phases did, it did on the machine. */
const changing: ReadonlySet<string> = new Set([
  'marking',
  'unmarking',
  'updating',
  'ordering',
  'notifying',
  'remedying',
]);

function changeLines(view: View, own: readonly AuditLineAnswer[]): readonly string[] {
  const changes = own.filter(({ from, to }) => changing.has(from) && from !== to);
  if (changes.length === 0) return ['nothing was changed on it'];
  return [
    'changed on it:',
    ...changes.flatMap(({ at, because }) => wrapped(view, `  ${at}  `, because)),
    ...own.slice(-1).flatMap(({ at, to, because }) => wrapped(view, `  ${at}  now ${to}: `, because)),
  ];
}

interface Listed {
  readonly entry: AuditLineAnswer;
  /** Looks after it that brought the same. */
  readonly again: { readonly times: number; readonly until: string } | null;
}

const alone = (entry: AuditLineAnswer): Listed => ({ entry, again: null });

/**
 * A client that waits for days is looked at many times: looks that found nothing new are counted,
 * not listed.
 */
function withoutRepeats(entries: readonly AuditLineAnswer[]): readonly Listed[] {
  const listed: Listed[] = [];
  for (let n = 0; n < entries.length; n += 1) {
    const [entry, next, before] = [entries[n], entries[n + 1], listed.at(-1)];
    if (entry === undefined) break;
    if (before !== undefined && next !== undefined && isAgain(before.entry, entry, next)) {
      const again = { times: (before.again?.times ?? 0) + 1, until: next.at };
      listed.splice(-1, 1, { ...before, again });
      n += 1;
    } else listed.push(alone(entry));
  }
  return listed;
}

const isAgain = (before: AuditLineAnswer, woke: AuditLineAnswer, rests: AuditLineAnswer): boolean =>
  woke.from === before.to &&
  /^(?:deferral over|time to see)/.test(woke.because) &&
  [woke, rests].every(({ campaign, beside }) => campaign === before.campaign && beside.length === 0) &&
  rests.to === before.to &&
  rests.because === before.because &&
  rests.evidence === before.evidence;

const againInWords = ({ times, until }: NonNullable<Listed['again']>): string =>
  `and the same at ${many(times, 'further look')}, until ${until}; --all tells of each`;

const isHalt = ({ client, campaign }: AuditLineAnswer): boolean => client === null && campaign === '';

const campaignOf = ({ campaign, campaignHash }: AuditLineAnswer): string =>
  campaign === ''
    ? 'in no campaign'
    : `campaign ${campaign}, file with SHA-256 ${campaignHash ?? 'not known'}`;

/** Whom it concerned, where that is not this client alone. */
const whomOf = (entry: AuditLineAnswer): string =>
  entry.client !== null ? '' : isHalt(entry) ? 'all campaigns: ' : 'the campaign: ';

function stepLines(
  view: View,
  entry: AuditLineAnswer,
  texts: Readonly<Record<string, string>>,
): readonly string[] {
  const { at, who, from, to, because, version, servpack, block } = entry;
  const change = from === to || from === '' ? to : `${from} -> ${to}`;
  const seal = block === null ? 'not sealed in the files here' : `block ${block}`;
  const record = version === null ? '' : `record version ${version}, `;
  return [
    ...wrapped(view, `${at}  ${whomOf(entry)}${change}: `, because),
    view.paint('dim', safe(`    by ${who}; ${record}servpack ${servpack}, ${seal}`)),
    ...evidenceOf(entry).flatMap((hash) => evidenceLines(view, hash, texts[hash])),
  ];
}

const evidenceOf = ({ evidence, beside }: AuditLineAnswer): readonly string[] =>
  evidence === null ? beside : [evidence, ...beside];

function evidenceLines(view: View, hash: string, text: string | undefined): readonly string[] {
  const name = view.paint('dim', `    evidence ${hash}`);
  return text === undefined ? [name] : [name, ...safeLines(text).map((line) => `      ${line}`)];
}

/** What stands, and what does not, each fault with its place. */
export function verifyLines(view: View, { files, chains, faults }: VerifyAnswer): readonly string[] {
  const torn = files.filter(({ tornAt }) => tornAt !== null);
  const end =
    faults.length > 0
      ? view.paint('red', `${many(faults.length, 'fault')}: the audit is not as it was written`)
      : view.paint('green', 'the audit is whole');
  return [
    ...chains.map((chain) => safe(chainLine(chain))),
    ...torn.map(({ file, tornAt }) =>
      safe(
        `${file} ends in the middle of a block (line ${tornAt}): a crash, or it is being written just now`,
      ),
    ),
    ...faults.map(({ file, line, block, says }) => safe(`${placeOf(file, line)}${blockOf(block)}${says}`)),
    files.length === 0 ? 'There are no files.' : end,
  ];
}

function chainLine({ shard, blocks, entries, last, inRedis }: VerifyAnswer['chains'][number]): string {
  const found = `shard ${shard}: ${many(blocks, 'block')}, ${many(entries, 'entry', 'entries')}`;
  const ends = last === null ? '' : `; block ${number(last.block)} of ${last.at} has head ${last.head}`;
  return `${found}${ends}${inRedis === null ? '' : `; Redis is at block ${number(inRedis.block)}`}`;
}

const placeOf = (file: string, line: number): string =>
  file === '' ? '' : line === 0 ? `${file}: ` : `${file}:${line}: `;

const blockOf = (block: number | null): string => (block === null ? '' : `block ${block}: `);
