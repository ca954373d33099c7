import { createReadStream } from 'node:fs';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import { reasonOf } from '../../shared/reason-of.ts';
import { beforeAll, type SealState } from '../../shared/store/seal-store.ts';
import { genesis, headerIn } from './format/block.ts';
import { parsed } from './format/file-lines.ts';
import { splitLines } from './format/split-lines.ts';
import type { KnownHead, Verdict } from './format/verify-chain.ts';
import type { AuditFault } from './format/verify-file.ts';

/** The message of the log line that names the head of a chain. */
export const sealedMessage = 'audit sealed';

/** The newest head that Redis says is written; null when there is none. */
export function writtenHead(shard: number, { head, written }: SealState): KnownHead | null {
  if (head === null) return null;
  if (written === head.number) return { shard, block: head.number, head: head.head };
  const { previous } = headerIn(head);
  return previous === genesis ? null : { shard, block: head.number - 1, head: previous };
}

/** The id of the last entry that stands in a file for sure; all later ones are in Redis only. */
export const writtenUpTo = ({ head, written }: SealState): string =>
  head === null ? beforeAll : written === head.number ? head.last : head.after;

/**
 * The heads that an orchestrator logged. Fault `input.heads`: a file cannot be read, or it names no
 * head.
 */
export async function loggedHeads(paths: readonly string[]): Promise<Result<readonly KnownHead[]>> {
  const heads: KnownHead[] = [];
  for (const path of paths) {
    const before = heads.length;
    try {
      for await (const { line } of splitLines(createReadStream(path))) {
        const read = headOf(line);
        if (read !== null) heads.push(read);
      }
    } catch (error) {
      return err(
        fault('input.heads', `${path} cannot be read: ${reasonOf(error)}; give a log of an orchestrator`),
      );
    }
    if (heads.length === before)
      return err(
        fault('input.heads', `${path} has no line of an orchestrator's log with "${sealedMessage}"`),
      );
  }
  return ok(heads);
}

function headOf(line: Buffer): KnownHead | null {
  if (!line.includes(sealedMessage)) return null;
  const read = parsed(line.toString('utf8')) as (KnownHead & { readonly msg: unknown }) | null;
  if (read?.msg !== sealedMessage || typeof read.head !== 'string') return null;
  return { shard: read.shard, block: read.block, head: read.head };
}

/**
 * Compares the chains with heads that are known from elsewhere: a tail that was cut, or a chain
 * that was sealed again, is whole by itself.
 * @param source who knows the heads, in words: `Redis`, `the log`
 */
export function headFaults(
  { files, chains }: Pick<Verdict, 'files' | 'chains'>,
  heads: readonly KnownHead[],
  source: string,
): readonly AuditFault[] {
  const found = new Map<string, Set<string>>();
  for (const { shard, block, head } of files.flatMap(({ blocks }) => blocks)) {
    const key = `${shard}.${block}`;
    found.set(key, (found.get(key) ?? new Set()).add(head));
  }
  const ends = new Map(chains.map(({ shard, last }) => [shard, last?.block ?? 0]));
  const others = heads.filter(
    ({ shard, block, head }) => found.get(`${shard}.${block}`)?.has(head) === false,
  );
  const newest = Map.groupBy(heads, ({ shard }) => shard)
    .values()
    .flatMap((own) => own.toSorted((a, b) => b.block - a.block).slice(0, 1));
  return [
    ...[...newest]
      .filter(({ shard, block }) => (ends.get(shard) ?? 0) < block)
      .map(({ shard, block }) =>
        faultOf(
          block,
          `shard ${shard}: ${source} says that block ${block} is written; the files here end at block ` +
            `${ends.get(shard) ?? 0}: another orchestrator has it, or it was taken away`,
        ),
      ),
    ...others.map(({ shard, block }) =>
      faultOf(block, `shard ${shard}: block ${block} has another hash in ${source} than in the file`),
    ),
  ];
}

/** Blocks that no Redis sealed. Each block is a head in Redis before it is whole in a file. */
export function unknownBlocks(
  chains: Verdict['chains'],
  states: readonly SealState[],
): readonly AuditFault[] {
  return chains.flatMap(({ shard, last }) => {
    const known = states[shard]?.head?.number ?? 0;
    if (last === null || last.block <= known) return [];
    return [
      faultOf(
        last.block,
        `shard ${shard}: the files hold block ${last.block}, Redis knows only block ${known}: ` +
          'Redis went back, or blocks were added to the file',
      ),
    ];
  });
}

const faultOf = (block: number, says: string): AuditFault => ({ file: '', line: 0, block, says });
