import { setImmediate as turn } from 'node:timers/promises';
import { isInRange, nameKey, type NameRange } from '../../name-order.ts';
import { inPieces, type Shard, valuesOf } from './shard.ts';

/** How many names one part gets when an index is made; parts are cut beyond twice as many. */
const namesInPart = 128;
const partsInCommand = 100;
/** Real seconds after which staged names whose writer died are gone. */
const stagingSeconds = 3_600;

/**
 * Writes names under a token, in order, as `name-parts.lua` describes: `names` and `parts` of the
 * staging keys. They expire unless they are published.
 */
export async function stageNames(
  { redis, keys }: Shard,
  token: string,
  clients: readonly string[],
): Promise<void> {
  const names = await inOrder(clients.map(nameKey));
  const parts = [...inPieces(names, namesInPart)].map((part, at): readonly [string, string] => [
    at === 0 ? '' : (part[0] ?? ''),
    part.join('\n'),
  ]);
  const [texts, firsts] = [keys.of('staging', token, 'names'), keys.of('staging', token, 'parts')];
  for (const piece of inPieces(parts, partsInCommand))
    valuesOf(
      await redis
        .pipeline()
        .hset(texts, '#', names.length, ...piece.flat())
        .zadd(firsts, ...piece.flatMap(([first]) => [0, first]))
        .expire(texts, stagingSeconds)
        .expire(firsts, stagingSeconds)
        .exec(),
    );
}

const sortedAtOnce = 50_000;

/**
 * Keys are ASCII, so the order of JavaScript is that of bytes. Other work gets its turn between
 * pieces of a long list; sorting what is sorted in pieces is quick.
 */
async function inOrder(keys: readonly string[]): Promise<readonly string[]> {
  const sorted: string[][] = [];
  for (const piece of inPieces(keys, sortedAtOnce)) {
    sorted.push(piece.toSorted());
    await turn();
  }
  return sorted.flat().sort();
}

/** The texts of this many parts, from the one on that has the key. */
export type ReadParts = (from: string, most: number) => Promise<readonly string[]>;

/** The first keys of a range, in order: as many as its limit, where there are as many. */
export async function readNames(readParts: ReadParts, range: NameRange): Promise<readonly string[]> {
  const prefix = range.prefix?.toLowerCase() ?? '';
  let { after } = range;
  const found: string[] = [];
  for (;;) {
    const wanted = range.limit - found.length;
    // The first part may have no key of the range.
    const most = Math.ceil(wanted / (namesInPart / 2)) + 1;
    const texts = await readParts(after === null || after < prefix ? prefix : after, most);
    const keys = texts
      .flatMap((text) => text.split('\n'))
      .filter((key) => key !== '')
      .sort();
    found.push(...keys.filter((key) => isInRange(key, { ...range, after })).slice(0, wanted));
    const last = keys.at(-1) ?? '';
    const isBeyond = last > prefix && !last.startsWith(prefix);
    if (found.length >= range.limit || texts.length < most || isBeyond) return found;
    after = last;
  }
}
