import type { AnswerClaim, AnswerStore, KeptAnswer } from '../../answer-store.ts';
import { lua, script } from '../core/scripts.ts';
import type { Shard } from '../core/shard.ts';

const replaceClaimScript = script(
  import.meta.url,
  'replace-claim',
  lua`
-- Puts a text in the place of a claim of an answer, or where nothing is kept.
-- ARGV: key, claim, text, milliseconds for which it is kept
local name = key('answer', ARGV[1])
local kept = redis.call('GET', name)
if not kept or kept == ARGV[2] then redis.call('SET', name, ARGV[3], 'PX', ARGV[4]) end`,
);

const giveBackScript = script(
  import.meta.url,
  'give-claim-back',
  lua`
-- ARGV: key, claim
local name = key('answer', ARGV[1])
if redis.call('GET', name) == ARGV[2] then redis.call('DEL', name) end`,
);

/** Answers lie in shard 0, each in a key of its own that Redis forgets. */
export const answerStoreOf = ({ redis, keys, run }: Shard): AnswerStore => {
  const claimAnswer = async (claim: AnswerClaim, forMs: number): Promise<KeptAnswer | null> => {
    const key = keys.of('answer', claim.key);
    if ((await redis.set(key, textOf(claim), 'PX', forMs, 'NX')) !== null) return null;
    const kept = await redis.get(key);
    // Redis has forgotten the answer between the two commands.
    if (kept === null) return claimAnswer(claim, forMs);
    const { request, answer } = JSON.parse(kept) as KeptAnswer;
    return { request, answer };
  };
  return {
    claimAnswer,
    renewClaim: async (claim, forMs) => {
      await run(replaceClaimScript, claim.key, textOf(claim), textOf(claim), forMs);
    },
    keepAnswer: async (claim, answer, forMs) => {
      const kept: KeptAnswer = { request: claim.request, answer };
      await run(replaceClaimScript, claim.key, textOf(claim), JSON.stringify(kept), forMs);
    },
    giveAnswerBack: async (claim) => {
      await run(giveBackScript, claim.key, textOf(claim));
    },
  };
};

const textOf = ({ request, holder }: AnswerClaim): string =>
  JSON.stringify({ request, answer: null, holder });
