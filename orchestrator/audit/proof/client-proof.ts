import type { SealedHead } from '../../../shared/store/seal-store.ts';
import { err, fault, ok, type Result } from '../../../shared/errors.ts';
import { notFound, type Refusal } from '../../refusal.ts';
import type { OrchestratorContext } from '../../context.ts';
import { readEvidence } from '../evidence.ts';
import { entryOf } from '../format/entry-line.ts';
import type { BlockHeader } from '../format/block.ts';
import { headOf } from '../format/section-hash.ts';
import { namedIn, wayTo } from '../format/skips.ts';
import { AuditContents, type FileContents } from '../contents/audit-contents.ts';
import { placedEntries } from '../contents/placed-entries.ts';
import type { Archive } from '../archive.ts';
import {
  asProofBlock,
  type ClientProof,
  type ProofBlock,
  provedIn,
  type ReadBlock,
} from './assemble-proof.ts';
import { readBlocks } from './read-blocks.ts';

/** A proof stays below 64 KB: evidence that would make it longer is left out. */
const bytesAtMost = 60 * 1024;

/**
 * Makes the proof of what was done to a client, from the audit files of this orchestrator.
 * @returns fault `notFound.client` where nothing is known of it; `proof.unsealed` where no entry of
 *   it is sealed in these files in the present format; `proof.files` where a block is missing or
 *   was changed
 * @param gone aborted = nobody waits for the answer; rejects with its reason
 */
export async function clientProof(
  { store, archive, contents = new AuditContents() }: OrchestratorContext,
  client: string,
  gone?: AbortSignal,
): Promise<Result<ClientProof, Refusal>> {
  if (archive === undefined) return err(unsealed(client));
  const shards = await store.shards();
  for (let shard = 0; shard < shards; shard += 1) {
    // Read first: every block up to it is known afterwards.
    const newest = await archive.newest(shard);
    if (newest === null) continue;
    const files = await contents.of(archive, shard, gone);
    const blocks = (await blocksOf(files, client, gone)).filter((block) => block <= newest.number);
    if (blocks.length > 0)
      return proofIn({ archive, contents, files, newest, shard, client, store, gone }, blocks);
  }
  return err(
    (await store.readClient(client)) === null
      ? notFound('client', client, ' in the fleet or in the audit')
      : unsealed(client),
  );
}

const unsealed = (client: string) =>
  fault(
    'proof.unsealed',
    `nothing that was done to ${client} stands in an audit file of this orchestrator yet; servpack audit show ${client} says what was done`,
  );

/** Numbers of the blocks with an entry of the client. */
async function blocksOf(
  files: readonly FileContents[],
  client: string,
  gone?: AbortSignal,
): Promise<readonly number[]> {
  const found = new Set<number>();
  for await (const item of placedEntries(files, { client }, gone))
    if (!('header' in item) && item.block !== null) found.add(item.block);
  return [...found];
}

interface Proving {
  readonly archive: Archive;
  readonly contents: AuditContents;
  readonly files: readonly FileContents[];
  readonly newest: Pick<SealedHead, 'number' | 'head'>;
  readonly shard: number;
  readonly client: string;
  readonly store: OrchestratorContext['store'];
  readonly gone: AbortSignal | undefined;
}

async function proofIn(proving: Proving, wanted: readonly number[]): Promise<Result<ClientProof, Refusal>> {
  const { files, newest, shard, client, gone } = proving;
  const needle = Buffer.from(`"client":${JSON.stringify(client)}`);
  const isOwn = (line: Buffer): boolean =>
    line.includes(needle) && entryOf(line.toString('utf8'), '').client === client;
  const read = await readBlocks(files, new Set(wayTo(newest.number, wanted)), isOwn, gone);
  const provable = wanted.filter((block) => read.has(block));
  if (provable.length === 0) return err(unsealed(client));
  const chain: ProofBlock[] = [];
  const blocks = new Map<number, ReadBlock>();
  let named = new Map([[newest.number, newest.head]]);
  for (const block of wayTo(newest.number, provable)) {
    const whole = read.get(block)?.find((each) => headOfBlock(asProofBlock(each)) === named.get(block));
    if (whole === undefined) return err(notWhole(block));
    chain.push(asProofBlock(whole));
    blocks.set(block, whole);
    named = new Map(namedIn(headerOf(whole)));
  }
  const entries = provable
    .toSorted((a, b) => a - b)
    .flatMap((block) => {
      const own = blocks.get(block);
      return own === undefined ? [] : provedIn(block, own);
    });
  const proof: ClientProof = {
    proof: 1,
    client,
    shard,
    block: newest.number,
    head: newest.head,
    chain,
    entries,
    evidence: [],
  };
  return ok({ ...proof, evidence: await evidenceFor(proof, proving) });
}

const headerOf = ({ header }: Pick<ProofBlock, 'header'>): BlockHeader => JSON.parse(header) as BlockHeader;

const headOfBlock = (block: ProofBlock): string => headOf({ ...block, previous: headerOf(block).previous });

const notWhole = (block: number) =>
  fault(
    'proof.files',
    `block ${block} is not in the audit files of this orchestrator, or it was changed; servpack audit verify says more`,
  );

/** What the last look with evidence found, as far as the proof stays short. */
async function evidenceFor(
  proof: ClientProof,
  { store, archive, contents, gone }: Proving,
): Promise<readonly string[]> {
  const last = proof.entries.map(({ line }) => entryOf(line, '').evidence).findLast((each) => each !== null);
  if (last === undefined || last === null) return [];
  const text = (await readEvidence(store, archive, [last], { contents, gone })).get(last);
  if (text === undefined) return [];
  const bytes = Buffer.byteLength(JSON.stringify({ ...proof, evidence: [text] }));
  return bytes > bytesAtMost ? [] : [text];
}
