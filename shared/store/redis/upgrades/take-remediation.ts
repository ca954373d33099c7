import { type SpentLimit, spentLimitWords } from '../../../domain/rules/remediation-limits.ts';
import type { Commit, CommitOutcome } from '../../upgrade-store.ts';
import { lua, named, script, scriptFile } from '../core/scripts.ts';
import type { Shard } from '../core/shard.ts';

const takeScript = scriptFile(import.meta.url, 'take-remediation.lua');
const giveBackScript = script(
  import.meta.url,
  'give-back-remediation',
  lua`
-- Takes back what take-remediation has counted: the remediation has not begun.
-- ARGV: campaign, name, wave
if redis.call('ZREM', key('remediations', ARGV[1]), ARGV[2]) == 1 then
  redis.call('HINCRBY', key('campaign', ARGV[1]), 'remediations:' .. ARGV[3], -1)
end
return 1`,
);

/**
 * Commits the beginning of a remediation in a campaign that limits them. The first shard counts
 * them for all, before the commit, and takes it back where nothing was committed: a worker that
 * dies in between leaves fewer, never more, and the next try to begin the same one counts once.
 */
export async function commitLimited(
  head: Shard,
  asked: Commit,
  commit: () => Promise<CommitOutcome>,
): Promise<CommitOutcome> {
  const { remediation, key, upgrade, at } = asked;
  if (remediation === undefined) return commit();
  const { name, limits } = remediation;
  const { perHour = '', perWave = '' } = limits;
  const wanted = named({ campaign: key.campaign, name, wave: upgrade.wave, at, perHour, perWave });
  const reply = (await head.run(takeScript, wanted)) as SpentReply | null;
  if (reply !== null) {
    const [limit, most, roomAt] = reply;
    const spent: SpentLimit = { limit, most, roomAt: roomAt === undefined ? null : Number(roomAt) };
    return { kind: 'held', because: spentLimitWords(spent), spent };
  }
  const outcome = await commit();
  if (outcome.kind !== 'committed') await head.run(giveBackScript, key.campaign, name, upgrade.wave);
  return outcome;
}

type SpentReply = readonly [SpentLimit['limit'], number, string?];
