import { describe, expect, it } from 'vitest';
import { simulateFile } from '../../orchestrator/simulation/threads/simulate.ts';
import { smsProfile } from '../products/given.ts';
import { mondayAtFive, usualCampaign } from './given.ts';

/** The whole answer as the command prints it with `--json`, byte for byte. */
async function answerWith(threads: number, replicates: number, seed = 'seed'): Promise<string> {
  const order = {
    file: 'campaign.yaml',
    text: `${usualCampaign}window: { between: "20:00-06:00" }\n`,
    fleet: { count: 12 },
    seed,
    startAt: mondayAtFive,
    approvalMs: 4 * 3_600_000,
    profile: smsProfile(),
  };
  const answer = await simulateFile(order, replicates, threads);
  if (!answer.ok) throw new Error(answer.error.message);
  return JSON.stringify(answer.value);
}

describe('the answer of a simulation', () => {
  it('is the same, byte for byte, on this thread alone and on several', async () => {
    const [here, several] = [await answerWith(0, 2), await answerWith(3, 2)];
    expect(here).toContain('"tried":["concurrent upgrades of the campaign (12)"');
    expect(several).toBe(here);
  });

  it('is the same for the same seed, and another one for another', async () => {
    const [first, again, other] = await Promise.all([
      answerWith(0, 0),
      answerWith(0, 0),
      answerWith(0, 0, 'other'),
    ]);
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });
});
