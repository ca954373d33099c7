import type { Logger } from 'pino';
import { compareIds, whyNoId } from './format/entry-id.ts';
import { type Chain, type KnownHead, type Verdict } from './format/verify-chain.ts';
import { beforeAll, type KeptEntry, type SealedHead } from '../../shared/store/seal-store.ts';
import type { Store } from '../../shared/store/store.ts';
import type { Archive } from './archive.ts';
import { firstBlock } from './file-tail.ts';
import { fileEntries } from './read.ts';
import { verifyPaths } from './verify.ts';

interface CatchUp {
  readonly store: Store;
  readonly archive: Archive;
  readonly log: Logger;
}

/**
 * A Redis that lost its last second (a crash with AOF everysec, a failover) may know less of the
 * chain than the file. Then the chain continues from the file.
 * @returns number of the head, which no file of this folder is ahead of
 * @throws when the file holds blocks that Redis does not know, and they are not taken: Redis has
 * lost nothing, the blocks are not whole, or Redis holds other entries of that time
 */
export async function catchUp({ store, archive, log }: CatchUp, shard: number): Promise<number> {
  // The file is read first: its blocks were heads in Redis before.
  const newest = await archive.newest(shard);
  const { head } = await store.readSeal(shard);
  const number = head?.number ?? 0;
  if (newest === null || newest.number <= number) return number;
  const wrong = await whyNotTaken({ store, archive }, shard, head);
  if (wrong !== null) throw new NotTaken(shard, newest.number, number, wrong);
  log.warn(
    { shard, inRedis: number, inFile: newest.number },
    'Redis went back; the audit goes on from its file',
  );
  if (head !== null) await store.markWritten(shard, head, []);
  if (await store.moveSeal(shard, head, newest)) await store.markWritten(shard, newest, []);
  return newest.number;
}

/**
 * After a restart that lost nothing of the chain the new server is the one that holds the head. To
 * be called when no file is ahead and the head is written.
 */
export async function trustRun(store: Store, shard: number, head: SealedHead): Promise<void> {
  if (!(await store.redisRun(shard)).isSame) await store.markWritten(shard, head, []);
}

/** The files hold a block that is not taken over. Nothing is sealed until a person removes it. */
export class NotTaken extends Error {
  override readonly name = 'NotTaken';

  constructor(shard: number, inFile: number, inRedis: number, because: string) {
    super(
      `the files of shard ${shard} hold block ${inFile}, Redis knows only block ${inRedis}, and ${because}; ` +
        'the file is not believed, and nothing is sealed: keep a copy elsewhere, and cut it behind ' +
        `the seal line of block ${inRedis}`,
    );
  }
}

async function whyNotTaken(
  { store, archive }: Omit<CatchUp, 'log'>,
  shard: number,
  head: SealedHead | null,
): Promise<string | null> {
  const { isSame, now } = await store.redisRun(shard);
  if (isSame)
    return 'Redis has neither restarted nor changed its master since that block, so it has lost nothing';
  const from = head === null ? null : { shard, block: head.number, head: head.head };
  const paths = await filesAfter(archive.files(shard), head?.number ?? 0);
  const verdict = await verifyPaths(paths, from, now);
  if (!verdict.ok) return verdict.error.message;
  return (
    whyNotWhole(verdict.value) ??
    verdict.value.chains.map(({ last }) => whyNoId(last?.last ?? '', now)).find((why) => why !== null) ??
    (await whyOtherEntries(store, paths, from, verdict.value.chains))
  );
}

/** The newest files, as many as hold what comes after the block. */
async function filesAfter(files: readonly string[], block: number): Promise<readonly string[]> {
  for (let at = files.length - 1; at > 0; at -= 1) {
    const first = await firstBlock(files[at] ?? '');
    if (first !== null && first <= block + 1) return files.slice(at);
  }
  return files;
}

function whyNotWhole({ faults, chains }: Verdict): string | null {
  const [first] = faults;
  if (first !== undefined) return `the audit is not whole (${first.says})`;
  return chains.length === 1 ? null : 'the blocks are those of another shard';
}

/** Entries that Redis still has of the time of these blocks must stand in the blocks. */
async function whyOtherEntries(
  store: Store,
  paths: readonly string[],
  from: KnownHead | null,
  [chain]: readonly Chain[],
): Promise<string | null> {
  const last = chain?.last ?? null;
  if (last === null) return null;
  const written = new Map<string, string>();
  for await (const found of fileEntries(paths, {}))
    if (!('header' in found) && found.block !== null && found.block > (from?.block ?? 0))
      written.set(found.id, textOf(found));
  const { head } = await store.readSeal(last.shard);
  for (let after = head?.last ?? beforeAll; ;) {
    const page = await store.auditAfter(last.shard, after, 1_000);
    for (const entry of page) {
      if (compareIds(entry.id, last.last) > 0) return null;
      if (written.get(entry.id) !== textOf(entry)) return `Redis has another entry ${entry.id} than the file`;
    }
    const end = page.at(-1);
    if (end === undefined) return null;
    after = end.id;
  }
}

const textOf = ({ id, at, campaign, client, version, who, from, to, because, evidence, beside }: KeptEntry) =>
  JSON.stringify([id, at, campaign, client, version, who, from, to, because, evidence, beside]);
