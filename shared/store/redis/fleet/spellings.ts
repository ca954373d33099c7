import { nameOf } from '../../../domain/campaign/machine.ts';
import { inPieces, type Shard, valuesOf } from '../core/shard.ts';
import { clientIn, indexFleet, rangeOf } from './machine-index.ts';

const pieceSize = 1_000;

type Spellings = readonly (readonly string[])[];

/**
 * The clients of the fleet that have each of these names, in any case. A name in lower case is the
 * field of the fleet itself; the index of machines knows every other spelling.
 */
export async function spellingsOf(head: Shard, names: readonly string[]): Promise<Spellings> {
  const found: (readonly string[])[] = [];
  for (const piece of inPieces(names.map(nameOf), pieceSize)) {
    let spellings = await spellingsIn(head, piece);
    while (spellings === null) {
      await indexFleet(head);
      spellings = await spellingsIn(head, piece);
    }
    found.push(...spellings);
  }
  return found;
}

/** Null when the index does not know the whole fleet: an earlier version has changed the fleet. */
async function spellingsIn({ redis, keys }: Shard, names: readonly string[]): Promise<Spellings | null> {
  const pipeline = redis.pipeline().mget(keys.of('imports'), keys.of('machinesAt'));
  for (const name of names) {
    pipeline.hexists(keys.of('fleet'), name);
    pipeline.zrangebylex(keys.of('machines'), ...rangeOf('name', name));
  }
  const [versions, ...replies] = valuesOf(await pipeline.exec());
  const [imports, indexed] = versions as readonly (string | null)[];
  if ((imports ?? '0') !== indexed) return null;
  return names.map((name, at) => {
    const plain = replies[2 * at] === 1 ? [name] : [];
    return [...plain, ...(replies[2 * at + 1] as readonly string[]).map(clientIn)].sort();
  });
}
