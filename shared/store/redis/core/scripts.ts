import { readFileSync } from 'node:fs';
import { luaKeys } from './keys.ts';
import type { Redis } from 'ioredis';

/**
 * Each script and the shared pieces it is put together from, in this order; the keys come before all of them.
 */
const pieces = {
  begin: ['admission/slots', 'upgrades/indexes', 'core/time', 'upgrades/begin'],
  commit: ['admission/slots', 'upgrades/indexes', 'upgrades/handover', 'audit/audit', 'upgrades/commit'],
  'commit-idle': [
    'admission/slots',
    'upgrades/indexes',
    'upgrades/handover',
    'audit/audit',
    'upgrades/commit-idle',
  ],
  renew: ['core/time', 'upgrades/renew'],
  deliver: ['upgrades/indexes', 'upgrades/deliver'],
  admit: [
    'leader/leader',
    'admission/slots',
    'upgrades/indexes',
    'upgrades/handover',
    'audit/audit',
    'admission/admit',
  ],
  sweep: ['leader/leader', 'upgrades/indexes', 'core/time', 'upgrades/sweep'],
  'check-invariants': ['upgrades/indexes', 'integrity/violations', 'integrity/check-invariants'],
  repair: [
    'leader/leader',
    'admission/slots',
    'upgrades/indexes',
    'integrity/violations',
    'audit/audit',
    'integrity/repair',
  ],
  restore: [
    'leader/leader',
    'admission/slots',
    'upgrades/indexes',
    'integrity/violations',
    'audit/audit',
    'integrity/restore',
  ],
  'recount-slots': ['leader/leader', 'admission/slots', 'audit/audit', 'integrity/recount-slots'],
  'recount-counters': ['leader/leader', 'admission/slots', 'audit/audit', 'integrity/recount-counters'],
  reserve: ['core/time', 'campaigns/reserve'],
  'publish-shard': ['admission/slots', 'audit/audit', 'campaigns/publish', 'campaigns/publish-shard'],
  'create-campaign': ['admission/slots', 'audit/audit', 'campaigns/publish', 'campaigns/create-campaign'],
  'commit-campaign': ['leader/leader', 'admission/slots', 'audit/audit', 'campaigns/commit-campaign'],
  replicate: ['admission/slots', 'audit/audit', 'sharding/replicate'],
  'commit-halt': ['admission/slots', 'audit/audit', 'campaigns/commit-halt'],
  'replicate-halt': ['campaigns/replicate-halt'],
  share: ['admission/slots', 'sharding/share'],
  'grant-token': ['core/time', 'sharding/grant-token'],
  lower: ['sharding/lower'],
  raise: ['sharding/raise'],
  lead: ['core/time', 'leader/lead'],
  resign: ['leader/resign'],
  'import-fleet': ['admission/slots', 'audit/audit', 'fleet/import-fleet'],
  'stage-release': ['admission/slots', 'audit/audit', 'fleet/copies', 'fleet/stage-release'],
  'open-copies': ['fleet/copies', 'fleet/open-copies'],
  'write-copies': ['leader/leader', 'admission/slots', 'audit/audit', 'fleet/write-copies'],
  'raise-generation': ['admission/slots', 'audit/audit', 'fleet/raise-generation'],
  'move-client': ['admission/slots', 'audit/audit', 'fleet/move-client'],
  'announce-worker': ['core/time', 'fleet/announce-worker'],
  workers: ['core/time', 'fleet/workers'],
  'move-seal': ['audit/move-seal'],
  'mark-written': ['audit/mark-written'],
  'mark-evidence': ['audit/mark-evidence'],
  'unwritten-evidence': ['audit/unwritten-evidence'],
  'read-records': ['upgrades/read-records'],
  'trim-audit': ['audit/trim-audit'],
  shards: ['sharding/shards'],
  'put-back-seal': ['audit/put-back-seal'],
  'put-back-upgrades': ['admission/slots', 'upgrades/indexes', 'audit/audit', 'audit/put-back-upgrades'],
  'create-survey': ['admission/slots', 'audit/audit', 'surveys/create-survey'],
  'ask-looks': ['surveys/ask-looks'],
  'put-look': ['admission/slots', 'audit/audit', 'surveys/put-look'],
  'end-survey': ['admission/slots', 'audit/audit', 'surveys/end-survey'],
  'close-survey': ['surveys/close-survey'],
} as const satisfies Record<string, readonly string[]>;

export type ScriptName = keyof typeof pieces;

export const scriptNames = Object.keys(pieces) as readonly ScriptName[];

/** Runs a script. Its keys are all derived from the shard's base, the one key that it is given. */
export type RunScript = (name: ScriptName, ...args: readonly (string | number)[]) => Promise<unknown>;
export type RunScriptAt = (base: string, ...rest: Parameters<RunScript>) => Promise<unknown>;

export function scriptText(name: ScriptName): string {
  const read = (piece: string): string => readFileSync(new URL(`../${piece}.lua`, import.meta.url), 'utf8');
  return [luaKeys, ...pieces[name].map(read)].join('\n');
}

/** Makes the scripts known to the client: sent whole once per connection, by their hash afterwards. */
export function loadScripts(redis: Commands): RunScriptAt {
  for (const name of scriptNames)
    redis.defineCommand(commandOf(name), { numberOfKeys: 1, lua: scriptText(name) });
  const commands = redis as unknown as Readonly<
    Record<string, (...args: readonly (string | number)[]) => Promise<unknown>>
  >;
  return async (base, name, ...args) => commands[commandOf(name)]?.(base, ...args);
}

const commandOf = (name: ScriptName): string => `servpack-${name}`;

/** A list for a script: how many values follow, then the values. */
export const list = (values: readonly (string | number)[]): readonly (string | number)[] => [
  values.length,
  ...values,
];

/** Names and amounts one after the other. */
export const flat = (entries: Readonly<Record<string, string | number>>): readonly (string | number)[] =>
  Object.entries(entries).flat();

/** The commands of a Redis; those of a Cluster are the same as long as all keys of one call lie in one shard. */
export type Commands = Redis;
