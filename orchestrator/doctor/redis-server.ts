import { judgeDurability } from '../durability/judge-durability.ts';
import type { ServerFacts } from '../durability/server-facts.ts';
import { broken, type Check, fine, warning } from './check.ts';

export interface CheckedServer extends ServerFacts {
  readonly clock: Check;
}

/** BullMQ 6 and the scripts of servpack need it. */
const leastVersion = [6, 2] as const;
/** Above this share a server that may not evict soon refuses writes. */
const memoryAlarm = 0.8;
/** The largest packed record, and what `servpack up` sets. */
const listpackValue = 1_024;

export const judgeServer = (facts: CheckedServer): readonly Check[] => [
  versionCheck(facts),
  evictionCheck(facts),
  persistenceCheck(facts),
  memoryCheck(facts),
  ...roleChecks(facts),
  ...hintChecks(facts),
  facts.clock,
];

function versionCheck({ where, info }: ServerFacts): Check {
  const version = info.get('redis_version') ?? 'unknown';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const name = info.has('valkey_version') ? `Valkey ${info.get('valkey_version')}` : `Redis ${version}`;
  return major > leastVersion[0] || (major === leastVersion[0] && minor >= leastVersion[1])
    ? fine('redis', `${name} at ${where}`)
    : broken(
        'redis',
        `${name} at ${where} is too old`,
        'servpack refuses to start on it',
        'use Redis 6.2 or newer, or Valkey',
      );
}

function evictionCheck({ where, info }: ServerFacts): Check {
  const policy = info.get('maxmemory_policy');
  if (policy === undefined)
    return broken(
      'redis',
      `Redis at ${where} does not say whether it may evict records`,
      'servpack refuses to start on it',
      'let INFO show maxmemory_policy, which must be noeviction',
    );
  return policy === 'noeviction'
    ? fine('redis', `it never evicts records (maxmemory-policy noeviction)`)
    : broken(
        'redis',
        `Redis at ${where} may evict records (maxmemory-policy ${policy})`,
        'any record may be gone at any time; servpack refuses to start on it',
        'redis-cli config set maxmemory-policy noeviction, and the same in its settings file',
      );
}

/** A failed write comes first: it stops the work now, and a possible loss comes later. */
function persistenceCheck(facts: ServerFacts): Check {
  const failed = failedWrite(facts.info);
  if (failed !== null && facts.info.get('aof_enabled') === '1') return failed;
  const found = judgeDurability(facts);
  if (found.state === 'ok') return fine('redis', found.says);
  const { says, leadsTo, todo, mustAccept } = found;
  const refused = mustAccept ? '; an orchestrator starts on it only with --accept-loss' : '';
  return { area: 'redis', state: found.state, says, leadsTo: `${leadsTo}${refused}`, todo };
}

function failedWrite(info: ReadonlyMap<string, string>): Check | null {
  const failed = [
    ['aof_last_write_status', 'write'],
    ['aof_last_bgrewrite_status', 'rewrite'],
  ] as const;
  const last = failed.find(([name]) => info.has(name) && info.get(name) !== 'ok');
  return last === undefined
    ? null
    : broken(
        'redis',
        `the last ${last[1]} of its append-only file failed`,
        'it refuses writes, or its file grows without end',
        'make room on its disk; its log says why',
      );
}

function memoryCheck({ where, info }: ServerFacts): Check {
  const [limit, used] = [Number(info.get('maxmemory') ?? 0), Number(info.get('used_memory') ?? 0)];
  const inUse = `${megabytes(used)} in use`;
  if (limit === 0) {
    const total = Number(info.get('total_system_memory') ?? 0);
    const isTight = total > 0 && used > total * memoryAlarm;
    return isTight
      ? warning(
          'redis',
          `Redis at ${where}: ${inUse} of ${megabytes(total)} of its machine`,
          'the system may kill it',
          'more memory, or a lower SERVPACK_AUDIT_KEEP',
        )
      : fine('redis', `${inUse}, no limit`);
  }
  if (used <= limit * memoryAlarm) return fine('redis', `${inUse}, limit ${megabytes(limit)}`);
  const says = `Redis at ${where}: ${inUse}, limit ${megabytes(limit)}`;
  const todo = 'raise maxmemory, or lower SERVPACK_AUDIT_KEEP';
  if (used >= limit)
    return broken('redis', says, 'it refuses every write, and everything stands still', todo);
  return warning('redis', says, 'at the limit it refuses every write, and everything stands still', todo);
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 1024 / 1024).toLocaleString('en-US')} MB`;

function roleChecks({ where, info }: ServerFacts): readonly Check[] {
  const role = info.get('role');
  if (role === undefined)
    return [
      warning(
        'redis',
        `Redis at ${where} does not say whether it is a master`,
        'a replica refuses every write, or loses it',
        'let INFO show role',
      ),
    ];
  if (role !== 'master')
    return [
      broken(
        'redis',
        `Redis at ${where} is a replica`,
        'it refuses every write, or loses it; servpack refuses to start on it',
        'name its master in REDIS_URL, or use redis+sentinel://',
      ),
    ];
  if (info.get('loading') === '1')
    return [
      warning('redis', `Redis at ${where} is loading its file`, 'it answers when it has read it', 'wait'),
    ];
  return [];
}

function hintChecks({ settings }: ServerFacts): readonly Check[] {
  const packed = Number(
    settings.get('hash-max-listpack-value') ?? settings.get('hash-max-ziplist-value') ?? listpackValue,
  );
  if (packed >= listpackValue) return [];
  return [
    warning(
      'redis',
      `its small hashes hold values of ${packed} bytes at most (hash-max-listpack-value)`,
      'a waiting job takes 922 bytes instead of 430',
      `redis-cli config set hash-max-listpack-value ${listpackValue}`,
    ),
  ];
}
