import { isFinishing, queueOf } from '../../../domain/upgrade/placement.ts';
import { reasons } from '../../reasons.ts';
import { auditFields } from '../audit/audit.ts';
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
  | readonly ['stale', string]
  | readonly ['claimed', string]
  | readonly ['gone'];

export async function commitIdle(shard: Shard, change: CommitIdle): Promise<CommitIdleOutcome> {
  const { key, version, upgrade, place, counters, audit, at } = change;
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
  });
  const reply = (await shard.run(
    commitIdleScript,
    fields,
    packUpgrade(upgrade, place === 'stays'),
    ...list(auditFields(audit, version + 1, [])),
    ...list(flat(counters)),
    ...list(factFields(change.facts)),
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
