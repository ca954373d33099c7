import { isFinishing, queueOf } from '../../../domain/upgrade/placement.ts';
import { type Admitted, admitted } from '../../admitted.ts';
import type { Pace } from '../../admission-store.ts';
import type { LeaderFence } from '../../leader-store.ts';
import type { Activation, AuditEntry, Candidate, SlotsInUse } from '../../types.ts';
import { auditFields } from '../audit/audit.ts';
import { flat, list, scriptFile, type ScriptValue } from '../core/scripts.ts';
import { inPieces, type NumberHash, type Shard, sumOf } from '../core/shard.ts';
import { packUpgrade } from '../upgrades/packed-upgrade.ts';
import { activation, type ActivationReply } from '../upgrades/record.ts';

/** Slots from the hashes of one or more shards, summed. */
export function slotsOf(hashes: readonly NumberHash[]): SlotsInUse {
  const { '*': active = 0, ...perLogonServer } = sumOf(hashes);
  return { active, perLogonServer };
}

const admitScript = scriptFile(import.meta.url, 'admit.lua');

/** How many picks one script admits: Redis answers no other client meanwhile. */
const pieceSize = 100;

/** Admits clients of this shard. Returns the activations of those that got their slots. */
export async function admit(
  shard: Shard,
  campaign: string,
  picks: readonly Candidate[],
  at: number,
  leader?: LeaderFence,
  pace?: Pace,
): Promise<readonly Activation[]> {
  const activations: Activation[] = [];
  const fieldsOf = pickFields(campaign, at, pace);
  for (const piece of inPieces(picks, pieceSize)) {
    const fields = piece.flatMap(fieldsOf);
    const asked = [leader ?? '', campaign, at, piece.length, ...fields];
    const replies = (await shard.run(admitScript, ...asked)) as ActivationReply[];
    activations.push(...replies.map((reply) => activation(shard, campaign, reply)));
  }
  return activations;
}

/**
 * The arguments of `admit.lua` for one pick, in its order. A parked upgrade has its record
 * already. New clients of one queue differ by their audit entry only, so the rest is made once.
 */
function pickFields(
  campaign: string,
  at: number,
  pace: Pace | undefined,
): (pick: Candidate) => readonly ScriptValue[] {
  const shared = new Map<string, NewFields>();
  return (pick) => {
    if (!('wave' in pick)) return [pick.client, pick.logonServer, '', '', '', '', ...list([]), ...list([])];
    const queue = `${pick.wave} ${pick.logonServer}`;
    const found = shared.get(queue) ?? newFields(admitted(campaign, pick, at, pace));
    shared.set(queue, found);
    const audit = list(auditFields({ ...found.audit, client: pick.client }, 1));
    return [pick.client, pick.logonServer, pick.wave, ...found.record, ...audit, ...found.counters];
  };
}

/** What new clients of one queue have in common. */
interface NewFields {
  readonly record: readonly ScriptValue[];
  readonly audit: AuditEntry;
  readonly counters: readonly ScriptValue[];
}

const newFields = ({ upgrade, audit, counters }: Admitted): NewFields => ({
  record: [packUpgrade(upgrade, false), queueOf(upgrade), isFinishing(upgrade) ? 1 : 0],
  audit,
  counters: list(flat(counters)),
});
