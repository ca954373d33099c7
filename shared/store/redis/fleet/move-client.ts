import { machineOf } from '../../../domain/campaign/machine.ts';
import type { CheckInStore, MoveOutcome } from '../../check-in-store.ts';
import type { AuditEntry } from '../../types.ts';
import { auditFields } from '../audit/audit.ts';
import { list, named, scriptFile } from '../core/scripts.ts';
import type { Shard } from '../core/shard.ts';
import { clientOf, hostIn, withHost } from './fleet-text.ts';
import { type Entry, indexChange, indexFleet, labelOf, possibleTwins, rangeOf } from './machine-index.ts';

const moveClientScript = scriptFile(import.meta.url, 'move-client.lua');

/** Losing this often in a row against other changes of the fleet does not happen by chance. */
const triesAtMost = 20;

/** Gives clients another address, unless another client of the fleet is that machine. */
export function movingClients(head: Shard): CheckInStore['moveClient'] {
  let indexing: Promise<void> | null = null;
  // Many check-ins come at once: one of them reads a fleet of an earlier version, not each.
  const index = (): Promise<void> =>
    (indexing ??= indexFleet(head).finally(() => {
      indexing = null;
    }));
  return async (client, host, audit) => {
    for (let tries = 0; tries < triesAtMost; tries += 1) {
      await index();
      const outcome = await tryMove(head, client, host, audit);
      if (outcome !== null) return outcome;
    }
    return { kind: 'busy' };
  };
}

/** Null when the fleet was changed meanwhile. */
async function tryMove(
  head: Shard,
  client: string,
  host: string,
  audit: AuditEntry,
): Promise<MoveOutcome | null> {
  const { redis, keys } = head;
  const machine = machineOf(host);
  const [from, to] = rangeOf('host', machine);
  const imports = (await redis.get(keys.of('imports'))) ?? '0';
  const before = await redis.hget(keys.of('fleet'), client);
  if (before === null || clientOf(client, before).host === host) return { kind: 'unchanged' };
  const members = await redis.zlexcount(keys.of('machines'), from, to);
  const read = (await possibleTwins(head, [{ client, host }])).filter(([each]) => each !== client);
  const taken = read.find(([each, text]) => machineOf(hostIn(each, text)) === machine);
  if (taken !== undefined) return { kind: 'taken', other: taken[0] };
  const after = withHost(client, before, host);
  const { added, removed } = indexChange(client, before, after);
  const reply = await head.run(
    moveClientScript,
    named({ client, before, after, imports, from, to, members }),
    ...list(withAbsent(read, client, labelOf(machine)).flat()),
    ...list(removed),
    ...list(added),
    ...list(auditFields(audit, null)),
  );
  if (reply === 1) return { kind: 'moved' };
  return reply === 0 ? null : { kind: 'busy' };
}

/** A client named like the machine may come into the fleet in between. */
const withAbsent = (read: readonly Entry[], client: string, label: string): readonly Entry[] =>
  label === '' || label === client || read.some(([each]) => each === label) ? read : [...read, [label, '']];
