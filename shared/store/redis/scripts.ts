import { readFileSync } from 'node:fs';
import { luaKeys } from './keys.ts';
import type { Commands } from './shard.ts';

/**
 * Each script and the shared pieces it is put together from, in this order; the keys come before all of them.
 */
const pieces = {
  begin: ['slots', 'indexes', 'time', 'begin'],
  commit: ['slots', 'indexes', 'handover', 'audit', 'commit'],
  'commit-at-rest': ['slots', 'indexes', 'handover', 'audit', 'commit-at-rest'],
  renew: ['time', 'renew'],
  deliver: ['indexes', 'deliver'],
  admit: ['leader', 'slots', 'indexes', 'handover', 'audit', 'admit'],
  sweep: ['leader', 'indexes', 'time', 'sweep'],
  inspect: ['indexes', 'upright', 'inspect'],
  repair: ['leader', 'slots', 'indexes', 'upright', 'audit', 'repair'],
  restore: ['leader', 'slots', 'indexes', 'upright', 'audit', 'restore'],
  'recount-slots': ['leader', 'slots', 'audit', 'recount-slots'],
  'recount-counters': ['leader', 'slots', 'audit', 'recount-counters'],
  reserve: ['time', 'reserve'],
  'publish-shard': ['slots', 'audit', 'publish', 'publish-shard'],
  'create-campaign': ['slots', 'audit', 'publish', 'create-campaign'],
  'commit-campaign': ['leader', 'slots', 'audit', 'commit-campaign'],
  replicate: ['slots', 'audit', 'replicate'],
  'commit-halt': ['slots', 'audit', 'commit-halt'],
  'replicate-halt': ['replicate-halt'],
  share: ['slots', 'share'],
  'grant-token': ['time', 'grant-token'],
  lower: ['lower'],
  raise: ['raise'],
  lead: ['time', 'lead'],
  resign: ['resign'],
  'import-fleet': ['slots', 'audit', 'import-fleet'],
  'stage-release': ['slots', 'audit', 'copies', 'stage-release'],
  'open-copies': ['copies', 'open-copies'],
  'write-copies': ['leader', 'slots', 'audit', 'write-copies'],
  'raise-generation': ['slots', 'audit', 'raise-generation'],
  'move-client': ['slots', 'audit', 'move-client'],
  'announce-worker': ['time', 'announce-worker'],
  workers: ['time', 'workers'],
  'move-seal': ['move-seal'],
  'mark-written': ['mark-written'],
  'mark-evidence': ['mark-evidence'],
  'unwritten-evidence': ['unwritten-evidence'],
  'read-records': ['read-records'],
  'trim-audit': ['trim-audit'],
  shards: ['shards'],
  'put-back-seal': ['put-back-seal'],
  'put-back-upgrades': ['slots', 'indexes', 'audit', 'put-back-upgrades'],
  'create-survey': ['slots', 'audit', 'create-survey'],
  'ask-looks': ['time', 'ask-looks'],
  'begin-look': ['begin-look'],
  'put-look': ['slots', 'audit', 'put-look'],
  'end-survey': ['slots', 'audit', 'end-survey'],
  'close-survey': ['close-survey'],
} as const satisfies Record<string, readonly string[]>;

export type ScriptName = keyof typeof pieces;

export const scriptNames = Object.keys(pieces) as readonly ScriptName[];

/** Runs a script. Its keys are all derived from the shard's base, the one key that it is given. */
export type RunScript = (name: ScriptName, ...args: readonly (string | number)[]) => Promise<unknown>;
export type RunScriptAt = (base: string, ...rest: Parameters<RunScript>) => Promise<unknown>;

export function scriptText(name: ScriptName): string {
  const read = (piece: string): string => readFileSync(new URL(`lua/${piece}.lua`, import.meta.url), 'utf8');
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
