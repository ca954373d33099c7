import { type Fact, type FactCounts, type FactKind, factKinds } from '../../../domain/outcome/facts.ts';
import type { ScriptValue } from '../core/scripts.ts';
import { type Shard, sumOf, valuesOf } from '../core/shard.ts';

/** The list of facts that `facts.lua` reads. */
export const factFields = (facts: readonly Fact[] = []): readonly ScriptValue[] =>
  facts.flatMap(({ kind, cause }) => [kind, cause ?? '']);

/** So many of the newest troubles are read by their causes. */
export const causesAtMost = 1_000;

/** What a shard knows of its own clients, for each of the times. */
export async function readFacts(
  { redis, keys }: Shard,
  campaign: string,
  since: readonly number[],
): Promise<readonly FactCounts[]> {
  const pipeline = redis.pipeline();
  for (const after of since) {
    const from = `(${after === -Infinity ? '-inf' : after}`;
    for (const kind of factKinds) pipeline.zcount(keys.of('facts', campaign, kind), from, '+inf');
    for (const list of ['causes', 'failures'])
      pipeline.zrevrangebyscore(keys.of('facts', campaign, list), '+inf', from, 'LIMIT', 0, causesAtMost);
  }
  const values = valuesOf(await pipeline.exec());
  const width = factKinds.length + 2;
  return since.map((_, index) => {
    const own = values.slice(index * width, (index + 1) * width);
    const kinds = Object.fromEntries(
      factKinds.map((kind, at): [FactKind, number] => [kind, Number(own[at])]),
    );
    const [causes, failures] = own.slice(-2).map((members) => countCauses(members as string[]));
    return { kinds: sumOf([kinds]), causes: causes ?? {}, ...failuresIn(failures) };
  });
}

/** No id of a client has a bar, and a cause may have one. */
function countCauses(members: readonly string[]): Readonly<Record<string, number>> {
  return sumOf(members.map((member) => ({ [member.slice(member.indexOf('|') + 1)]: 1 })));
}

const failuresIn = (failures: FactCounts['failures'] = {}): Pick<FactCounts, 'failures'> =>
  Object.keys(failures).length === 0 ? {} : { failures };

/** A client has one home, so the clients of several shards are different ones. */
export const sumOfFacts = (parts: readonly (readonly FactCounts[])[]): readonly FactCounts[] =>
  (parts[0] ?? []).map((_, index) => ({
    kinds: sumOf(parts.map((part) => part[index]?.kinds ?? {})),
    causes: sumOf(parts.map((part) => part[index]?.causes ?? {})),
    ...failuresIn(sumOf(parts.map((part) => part[index]?.failures ?? {}))),
  }));
