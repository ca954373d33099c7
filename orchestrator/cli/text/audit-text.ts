import type { z } from 'zod';
import type { AuditLineAnswer, auditShowAnswer, VerifyAnswer } from '../../../shared/protocol/audit.ts';
import type { Rebuilt } from '../../rebuild/rebuild.ts';
import { many, number, safe, safeLines, type View } from './view.ts';
import { wrapped } from './wrap.ts';

/** What was done to one machine, for a person who was not there: each step in its order, campaign by campaign as they came. */
export function auditLines(
  view: View,
  { client, entries, evidence }: z.infer<typeof auditShowAnswer>,
): readonly string[] {
  if (entries.length === 0) return [safe(`${client}: nothing has been done to it`)];
  const head = view.paint('bold', safe(`${client}: ${many(entries.length, 'step')}, the first one first`));
  let under = '';
  const lines = entries.flatMap((entry) => {
    const campaign = campaignOf(entry);
    const isNew = campaign !== under;
    under = campaign;
    return [...(isNew ? ['', view.paint('bold', safe(campaign))] : []), ...stepLines(view, entry, evidence)];
  });
  return [head, ...lines];
}

const campaignOf = ({ campaign, campaignHash }: AuditLineAnswer): string =>
  campaign === ''
    ? 'in no campaign'
    : `campaign ${campaign}, file with SHA-256 ${campaignHash ?? 'not known'}`;

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
    ...wrapped(view, `${at}  ${change}: `, because),
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

/** What was put back, and what a person must know before the campaigns go on. */
export function rebuiltLines(view: View, rebuilt: Rebuilt): readonly string[] {
  const { isWritten, clients, releases, campaigns, gap } = rebuilt;
  const did = isWritten ? 'put back' : 'would be put back (nothing was written)';
  return [
    view.paint('bold', `${many(clients, 'client')} of the fleet, ${many(releases, 'release')}: ${did}`),
    ...campaigns.map(({ campaign, status, settled, lookedAt, waiting }) =>
      safe(
        `campaign ${campaign}, ${status}: ${number(settled)} settled, ${number(lookedAt)} are looked at before anything ` +
          `is done to them, ${number(waiting)} wait`,
      ),
    ),
    view.paint('yellow', safe(gap)),
    ...(isWritten ? ['Start orchestrator and workers, then resume each campaign that is paused.'] : []),
  ];
}
