import type { Verdict } from './format/verify-chain.ts';
import { err, ok, type Result } from '../../shared/errors.ts';
import type { SealState } from '../../shared/store/seal-store.ts';
import type { AuditLineAnswer, VerifyAnswer } from '../http/schemas/audit.ts';
import { concerns } from './concerning.ts';
import { partOf } from '../fleet/clients.ts';
import type { OrchestratorContext } from '../context.ts';
import type { LineFormat } from '../lists/line-format.ts';
import { linesOf } from '../lists/lines.ts';
import { notFound, type Refusal } from '../refusal.ts';
import { evidenceIn } from './attachments.ts';
import { readEvidence } from './evidence.ts';
import type { EntryFilter } from './entry-filter.ts';
import { type FoundEntry, readEntries } from './read.ts';
import { headFaults, unknownBlocks, writtenHead } from './known-heads.ts';
import { verifyPaths } from './verify.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';

export interface ClientAudit {
  readonly client: string;
  readonly entries: readonly AuditLineAnswer[];
  readonly evidence: Readonly<Record<string, string>>;
}

export const auditLine = ({ at, ...entry }: FoundEntry): AuditLineAnswer => ({ ...entry, at: isoOf(at) });

/**
 * Everything that was done to a client, over all campaigns, in order, together with what people
 * did to its campaigns meanwhile.
 * @param isSeen other entries are left out
 * @param gone aborted = nobody waits for the answer; rejects with its reason
 */
export async function showAudit(
  { store, archive, contents }: OrchestratorContext,
  client: string,
  withEvidence: boolean,
  isSeen: (entry: FoundEntry) => boolean = () => true,
  gone?: AbortSignal,
): Promise<Result<ClientAudit, Refusal>> {
  const filter = { client, orNoClient: true };
  const read = await Array.fromAsync(readEntries(store, archive, filter, { contents, gone }));
  const part = await partOf(store, client, null);
  const concerning = concerns(read, part?.kind === 'waiting' ? part.campaign : null);
  const found = read.filter((entry) => concerning(entry) && isSeen(entry));
  if (found.length === 0 && (await store.readClient(client)) === null)
    return err(notFound('client', client, ' in the fleet or in the audit'));
  // By time across shards. Within a shard the order of the stream stays.
  const entries = found.toSorted((a, b) => a.at - b.at);
  const texts = withEvidence
    ? await readEvidence(store, archive, evidenceIn(entries), { contents, gone })
    : new Map<string, string>();
  return ok({ client, entries: entries.map(auditLine), evidence: Object.fromEntries(texts) });
}

const columns = [
  'at',
  'campaign',
  'client',
  'who',
  'from',
  'to',
  'because',
  'version',
  'evidence',
  'campaignHash',
  'servpack',
  'shard',
  'block',
  'id',
] as const satisfies readonly (keyof AuditLineAnswer)[];

/** The audit as lines of text with their line ends, streamed: JSON, or CSV with a header. */
export const exportAudit = (
  { store, archive }: OrchestratorContext,
  { format, ...filter }: EntryFilter & { readonly format: LineFormat },
): AsyncIterable<string> => linesOf(linesFound(readEntries(store, archive, filter)), format, columns);

async function* linesFound(found: AsyncIterable<FoundEntry>): AsyncGenerator<AuditLineAnswer> {
  for await (const entry of found) yield auditLine(entry);
}

/** Verifies the orchestrator's own files against the heads that Redis knows. */
export async function verifyOwn({
  store,
  archive,
}: OrchestratorContext): Promise<Result<VerifyAnswer, Refusal>> {
  const shards = Array.from({ length: await store.shards() }, (_, shard) => shard);
  const readSeals = () => Promise.all(shards.map((shard) => store.readSeal(shard)));
  // Blocks are sealed while the files are read: what was written before must be there, and what is
  // there must be known afterwards.
  const before = await readSeals();
  const paths = shards.flatMap((shard) => archive?.files(shard) ?? []);
  const verdict = await verifyPaths(paths, null, await store.readTime());
  if (!verdict.ok) return verdict;
  const after = await readSeals();
  const written = shards.flatMap((shard) => writtenHead(shard, before[shard] ?? nothing) ?? []);
  const faults = [
    ...verdict.value.faults,
    ...headFaults(verdict.value, written, 'Redis'),
    ...unknownBlocks(verdict.value.chains, after),
  ];
  const answer = verdictAnswer({ ...verdict.value, faults });
  const chains = shards.map((shard) => {
    const chain = answer.chains.find((each) => each.shard === shard);
    const head = before[shard]?.head ?? null;
    const inRedis = head === null ? null : { block: head.number, head: head.head };
    return { ...(chain ?? { shard, blocks: 0, entries: 0, last: null }), inRedis };
  });
  return ok({ ...answer, chains });
}

const nothing: SealState = { head: null, written: 0 };

export function verdictAnswer({ files, chains, faults, notes }: Verdict): VerifyAnswer {
  return {
    files: files.map(({ file, opening, blocks, entries, tornAt }) => ({
      file,
      shard: opening?.shard ?? null,
      blocks: blocks.length,
      entries,
      tornAt,
    })),
    chains: chains.map(({ shard, blocks, entries, last }) => ({
      shard,
      blocks,
      entries,
      last: last === null ? null : { block: last.block, head: last.head, at: isoOf(last.lastAt) },
      inRedis: null,
    })),
    faults: faults.map((each) => ({ ...each })),
    notes,
  };
}
