import { expect, test } from 'vitest';
import { proveFile } from '../../orchestrator/proving/prove-file.ts';

const input = { file: 'campaign.yaml', text: 'campaign: sp4\nrelease: sms-1.2-sp4\n' };
const usual = {
  neverDown: null,
  per: null,
  loggedOn: false,
  product: null,
  starts: null,
  events: 3,
  states: 300,
  timeLimitMs: 24 * 3_600_000,
  profiles: 'none',
};

test('a part of the fleet without a number of clients is refused', () => {
  const proof = proveFile(input, { ...usual, per: 'zone' });
  expect(proof).toMatchObject({
    ok: false,
    error: { message: '--per says of which part --never-down speaks, and there is no --never-down' },
  });
});

test('nobody ever down: no budget of 0 is proposed, which no file may have', () => {
  const proof = proveFile(input, { ...usual, neverDown: 0 });
  if (!proof.ok) throw new Error(proof.error.message);
  const { counterexample } = proof.value;
  expect(counterexample?.because).toMatch(/^1 client of logonServer LS-PUN is down at once: pun-1/);
  expect(JSON.stringify(proof.value)).not.toMatch(/budgets/);
});
