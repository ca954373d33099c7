import { isFinishing, queueOf } from '../../../domain/upgrade/placement.ts';
import { reasons } from '../../reasons.ts';
import { writtenEvidenceSeconds } from '../../seal-store.ts';
import { auditFields, evidenceFields } from '../audit/audit.ts';
import { flat, list, named, scriptFile } from '../core/scripts.ts';
import type { Shard } from '../core/shard.ts';
import { factFields } from '../campaigns/facts.ts';
import { packUpgrade } from './packed-upgrade.ts';
import { activation, type ActivationReply } from './record.ts';
import type { CommitIdle, CommitIdleOutcome } from '../../upgrade-store.ts';

const commitIdleScript = scriptFile(import.meta.url, 'commit-idle.lua');

type Reply =
  | readonly ['committed', number, ActivationReply | null, ActivationReply | null]
  | readonly ['driven']
  | readonly ['held', 'campaignIs' | 'serverHeld', string]
  | readonly ['stale', string]
  | readonly ['claimed', string]
  | readonly ['gone'];

export async function commitIdle(shard: Shard, change: CommitIdle): Promise<CommitIdleOutcome> {
  const { key, version, upgrade, place, counters, audit, at, evidence = [] } = change;
  const fields = named({
    campaign: key.campaign,
    client: key.client,
    version,
    place,
    at,
    queue: queueOf(upgrade),
    finishing: isFinishing(upgrade) ? 1 : 0,
    server: upgrade.logonServer,
    wave: upgrade.wave,
    evidenceSeconds: writtenEvidenceSeconds,
    ...(change.step === undefined ? {} : { step: change.step }),
  });
  const reply = (await shard.run(
    commitIdleScript,
    fields,
    packUpgrade(upgrade, place === 'stays'),
    ...list(auditFields(audit, version + 1, evidence)),
    ...list(flat(counters)),
    ...list(factFields(change.facts)),
    ...list(evidenceFields(evidence)),
  )) as Reply;
  switch (reply[0]) {
    case 'committed': {
      const [, committed, next, handed] = reply;
      return {
        kind: 'committed',
        version: committed,
        next: next === null ? null : activation(shard, key.campaign, next),
        handed: handed === null ? null : activation(shard, key.campaign, handed),
      };
    }
    case 'held':
      return { kind: 'held', because: reasons[reply[1]](key.campaign, reply[2]) };
    case 'driven':
      return { kind: 'driven' };
    case 'stale':
      return { kind: 'stale', because: reasons.otherVersion(version, Number(reply[1])) };
    case 'claimed':
      return { kind: 'claimed', campaign: reply[1] };
    case 'gone':
      return { kind: 'gone' };
  }
}
