import { isFinishing, queueOf } from '../../../domain/upgrade/placement.ts';
import { reasons } from '../../reasons.ts';
import { writtenEvidenceSeconds } from '../../seal-store.ts';
import { auditFields, evidenceFields } from '../audit/audit.ts';
import { factFields } from '../campaigns/facts.ts';
import { packUpgrade } from './packed-upgrade.ts';
import { activation, type ActivationReply, messages, type RecordFields, storedUpgrade } from './record.ts';
import { flat, list, lua, script, scriptFile } from '../core/scripts.ts';
import { pairs, type Shard } from '../core/shard.ts';
import type { Fence, UpgradeKey } from '../../types.ts';
import type { BeginOutcome, Commit, CommitOutcome } from '../../upgrade-store.ts';

const beginScript = scriptFile(import.meta.url, 'begin.lua');
const commitScript = scriptFile(import.meta.url, 'commit.lua');
const renewScript = script(
  import.meta.url,
  'renew',
  lua`
-- @include ../core/time.lua

-- Prolongs a lease for the driver that holds it. Returns 0 when the driver has lost it.
-- Field names of a record: see record.ts.
-- ARGV: campaign, client, fence counter, fence owner, lease in real ms
local id = ARGV[1] .. '.' .. ARGV[2]
local found = redis.call('HMGET', key('upgrade', id), 'n', 'o')
if found[1] ~= ARGV[3] or found[2] ~= ARGV[4] then return 0 end
local leaseEnd = realNow() + tonumber(ARGV[5])
redis.call('HSET', key('upgrade', id), 'l', leaseEnd)
redis.call('ZADD', key('driven'), leaseEnd, id)
return 1`,
);

/** The arguments of `UpgradeStore.begin`. */
export interface Begin {
  readonly key: UpgradeKey;
  readonly activation: number;
  readonly owner: string;
  readonly leaseMs: number;
  readonly at: number;
}

type BeginReply =
  | readonly ['begun', string[], string[], number]
  | readonly ['parked', string, string, string]
  | readonly ['ignored', string, string?];

export async function begin({ run }: Shard, asked: Begin): Promise<BeginOutcome> {
  const { key, owner, leaseMs, at } = asked;
  const reply = (await run(
    beginScript,
    key.campaign,
    key.client,
    asked.activation,
    owner,
    leaseMs,
    at,
  )) as BeginReply;
  switch (reply[0]) {
    case 'begun': {
      const fields = Object.fromEntries(pairs(reply[1])) as unknown as RecordFields;
      return {
        kind: 'begun',
        stored: storedUpgrade(key, fields, reply[2]),
        fence: { counter: Number(fields.n), owner },
        rulesChanges: reply[3],
      };
    }
    case 'parked':
      return { kind: 'parked', because: heldInWords(key.campaign, reply[1], reply[2], reply[3]) };
    case 'ignored':
      return {
        kind: 'ignored',
        because: whyIgnored(asked, reply[1], Number(reply[2])),
        ...(reply[1] === 'notDue' ? { dueAt: Number(reply[2]) } : {}),
      };
  }
}

/** The code with which a script refuses to begin something, as a sentence for people. */
function heldInWords(campaign: string, code: string, detail: string, server: string): string {
  switch (code) {
    case 'campaignIs':
      return reasons.campaignIs(campaign, detail);
    case 'campaignFull':
      return reasons.campaignFull(campaign, Number(detail));
    case 'overAllFull':
      return reasons.overAllFull(server, Number(detail));
    case 'overAllTurn':
      return reasons.overAllTurn(server, Number(detail));
    case 'serverHeld':
      return reasons.serverHeld(campaign, server);
    case 'notStaged':
      return reasons.notStaged(server);
    case 'downloadsFull':
      return reasons.downloadsFull(server, Number(detail));
    default:
      return reasons.logonServerFull(server, Number(detail));
  }
}

function whyIgnored(asked: Begin, code: string, detail: number): string {
  switch (code) {
    case 'noUpgrade':
      return reasons.noUpgrade(asked.key);
    case 'otherActivation':
      return reasons.otherActivation(asked.activation, detail);
    case 'notDue':
      return reasons.notDue(detail);
    case 'isParked':
      return reasons.isParked;
    case 'leased':
      return reasons.leased;
    default:
      return reasons.settled;
  }
}

type CommitReply =
  | readonly ['committed', number, ActivationReply | null, ActivationReply | null]
  | readonly ['inbox', string[]]
  | readonly ['held', string, string, string]
  | readonly ['stale', string, string?];

export async function commit(shard: Shard, asked: Commit): Promise<CommitOutcome> {
  const { campaign } = asked.key;
  const reply = (await shard.run(commitScript, ...commitFields(asked))) as CommitReply;
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
    case 'inbox':
      return { kind: 'inbox', messages: messages(reply[1]) };
    case 'held':
      return { kind: 'held', because: heldInWords(campaign, reply[1], reply[2], reply[3]) };
    case 'stale':
      return { kind: 'stale', because: whyStale(asked, reply[1], Number(reply[2])) };
  }
}

/** The arguments of `commit.lua`, in its order. */
function commitFields({ key, version, fence, upgrade, consumed, step, place, at, ...rest }: Commit) {
  return [
    key.campaign,
    key.client,
    version,
    fence.counter,
    fence.owner,
    packUpgrade(upgrade, place.index === 'due' && !place.keepsSlots),
    consumed,
    step,
    place.index,
    place.index === 'due' ? place.dueAt : '',
    place.index === 'due' && place.keepsSlots ? 1 : 0,
    queueOf(upgrade),
    isFinishing(upgrade) ? 1 : 0,
    upgrade.logonServer,
    at,
    writtenEvidenceSeconds,
    rest.ifCounted === true ? 1 : '',
    ...list(auditFields(rest.audit, version + 1, rest.evidence)),
    ...list(flat(rest.counters)),
    ...list(evidenceFields(rest.evidence)),
    ...list(factFields(rest.facts)),
    ...(rest.freeTime === undefined ? [] : [rest.freeTime]),
  ];
}

function whyStale({ key, version }: Commit, code: string, detail: number): string {
  if (code === 'noUpgrade') return reasons.noUpgrade(key);
  return code === 'otherVersion' ? reasons.otherVersion(version, detail) : reasons.takenOver;
}

export async function renew(
  { run }: Shard,
  key: UpgradeKey,
  fence: Fence,
  leaseMs: number,
): Promise<boolean> {
  return (await run(renewScript, key.campaign, key.client, fence.counter, fence.owner, leaseMs)) === 1;
}
