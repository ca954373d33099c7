import { isFinishing, queueOf } from '../../../domain/upgrade/placement.ts';
import { reasons } from '../../reasons.ts';
import { auditFields } from '../audit/audit.ts';
import { packUpgrade } from './packed-upgrade.ts';
import { activation, type ActivationReply } from './record.ts';
import { flat, list } from '../core/scripts.ts';
import type { Shard } from '../core/shard.ts';
import type { CommitIdle, CommitIdleOutcome } from '../../types.ts';

type Reply =
  | readonly ['committed', number, ActivationReply | null, ActivationReply | null]
  | readonly ['driven']
  | readonly ['stale', string]
  | readonly ['claimed', string];

export async function commitIdle(shard: Shard, change: CommitIdle): Promise<CommitIdleOutcome> {
  const { campaign } = change.key;
  const reply = (await shard.run('commit-idle', ...fieldsOf(change))) as Reply;
  switch (reply[0]) {
    case 'committed': {
      const [, version, next, handed] = reply;
      return {
        kind: 'committed',
        version,
        next: next === null ? null : activation(shard, campaign, next),
        handed: handed === null ? null : activation(shard, campaign, handed),
      };
    }
    case 'driven':
      return { kind: 'driven' };
    case 'stale':
      return { kind: 'stale', because: reasons.otherVersion(change.version, Number(reply[1])) };
    case 'claimed':
      return { kind: 'claimed', campaign: reply[1] };
  }
}

/** In the order that commit-idle.lua names. */
function fieldsOf({ key, version, upgrade, place, counters, audit, at }: CommitIdle) {
  return [
    key.campaign,
    key.client,
    version,
    place,
    at,
    packUpgrade(upgrade, place === 'stays'),
    queueOf(upgrade),
    isFinishing(upgrade) ? 1 : 0,
    upgrade.logonServer,
    upgrade.wave,
    ...list(auditFields(audit, version + 1, [])),
    ...list(flat(counters)),
  ];
}
