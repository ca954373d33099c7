import { describe, expect, test } from 'vitest';
import type { History } from '../../orchestrator/replay/history.ts';
import { replayWith } from '../../orchestrator/replay/replay-with.ts';
import type { OtherReplay } from '../../orchestrator/replay/answer.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';
import { scenarioOf } from '../simulation/given.ts';
import { seededFile, seededHistory } from './seeded-campaigns.ts';
import { playedHistory } from './simulated-history.ts';

const gate = '{ settled: 60 %, failures: 100 %, minSample: 2 }';
const fileOf = (more: string, budgets = '{ active: 6, perLogonServer: 6 }'): string =>
  [
    'campaign: seeded',
    'release: sms-1.2-sp4',
    'waves:',
    `  - { name: canary, count: 8, gate: ${gate} }`,
    '  - { name: rest, rest: true, gate: { failures: 100 %, minSample: 200 } }',
    `budgets: ${budgets}`,
    more,
  ].join('\n');

const longWaits =
  'deferrals: { logon: { first: 20h, factor: 1, max: 20h, budget: 30, whenSpent: failed }, restart: { first: 20h, factor: 1, max: 20h, budget: 30, whenSpent: failed } }';
const shortWaits = longWaits.replaceAll('20h', '1h').replaceAll('budget: 30', 'budget: 600');

const played = (text: string, seed = 'other policy'): Promise<History> =>
  playedHistory(scenarioOf(text, { clients: 30, seed, checksIn: false }));

const otherOf = async (history: History, text: string): Promise<OtherReplay> => {
  const { other } = unwrapped(await replayWith(history, { file: 'other.yaml', text }));
  if (other === undefined) throw new Error('no other file');
  return other;
};

const endOf = (side: OtherReplay['side']): number => {
  if (side === null || side.endsAt === null) throw new Error(`not over: ${side?.because}`);
  return Date.parse(side.endsAt);
};

describe('what another policy would have done', () => {
  test('with shorter waits the campaign ends earlier, with as many upgraded', async () => {
    const history = await played(fileOf(longWaits));
    const other = await otherOf(history, fileOf(shortWaits));
    expect(endOf(other.side)).toBeLessThan(endOf(other.own));
    expect(other.differences[0]).toMatch(/^the campaign ends .+ earlier$/u);
    expect(other.looks.nearby).toBeGreaterThan(0);
    expect(other.looks.nearby).toBeLessThanOrEqual(other.looks.asked);
    const upgraded = (side: OtherReplay['side']) =>
      side?.waves.reduce((sum, wave) => sum + wave.upgraded, 0) ?? 0;
    expect(upgraded(other.side)).toBeGreaterThanOrEqual(upgraded(other.own));
  });

  test('with fewer slots the campaign ends later, and its own file ends as it did', async () => {
    const history = await seededHistory(8);
    const other = await otherOf(
      history,
      seededFile(8).replace(/active: 4, perLogonServer: 4/u, 'active: 1, perLogonServer: 1'),
    );
    expect(other.own?.endsAt).toBe(unwrapped(await replayWith(history, null)).recorded.endsAt);
    expect(endOf(other.side)).toBeGreaterThan(endOf(other.own));
  });

  test('a file that differs by a remark says what the campaign has done', async () => {
    const history = await seededHistory(3);
    const other = await otherOf(history, `# a remark\n${seededFile(3)}`);
    expect(other).toMatchObject({ isSamePolicy: true, own: null, side: null });
  });

  test('a relocation that was never tried is no success', async () => {
    const never = 'ladder: [wait]\n';
    const history = await played(fileOf(never), 'never moved');
    const moved = (side: OtherReplay['side']) =>
      side?.waves.reduce((sum, wave) => sum + wave.relocations, 0) ?? 0;
    const other = await otherOf(history, fileOf('structural: atOnce\n'));
    expect([moved(other.own), moved(other.side)]).toEqual([0, 0]);
    expect(other.unknownClients).toBeGreaterThan(0);
    expect(other.looks.unknown).toBeGreaterThanOrEqual(other.unknownClients);
  });

  test('clients whose looks are lost count as not known, and none of them as upgraded', async () => {
    const history = await seededHistory(3);
    const lost = { ...history, evidence: new Map<string, string>() };
    const other = await otherOf(
      lost,
      seededFile(3).replace('active: 4', 'active: 5').replace('active: 12', 'active: 13'),
    );
    const upgraded = other.side?.waves.reduce((sum, wave) => sum + wave.upgraded, 0);
    expect(upgraded).toBe(0);
    expect(other.looks.unknown).toBeGreaterThan(0);
  });

  test('another release, a key that is not known, and clients without a wave are refused', async () => {
    const history = await seededHistory(3);
    const refusal = async (text: string) => {
      const answered = await replayWith(history, { file: 'other.yaml', text });
      return answered.ok ? null : answered.error;
    };
    const file = seededFile(3);
    expect(await refusal(file.replace('sms-1.2-sp4', 'sms-1.2-sp5'))).toMatchObject({
      faults: [{ file: 'other.yaml', line: 2, key: 'release', wrong: 'is sms-1.2-sp5' }],
    });
    expect(await refusal(`${file}\nnonsense: 1`)).toMatchObject({ faults: [{ key: 'nonsense' }] });
    expect(await refusal(file.replace('rest: true', 'count: 2'))).toMatchObject({
      code: 'campaign.leftOver',
    });
    expect(await refusal(`${file}\nselect: { logonServers: [LS-9] }`)).toMatchObject({
      code: 'campaign.empty',
    });
  });

  test('a start of which the history says nothing is refused; one within it is not', async () => {
    const history = await seededHistory(3);
    const at = (start: string) =>
      replayWith(history, { file: 'other.yaml', text: `${seededFile(3)}\nstartAt: ${start} UTC` });
    for (const start of ['2020-01-01 05:00', '2026-11-21 05:00', '2030-01-01 05:00'])
      expect(await at(start)).toMatchObject({
        ok: false,
        error: {
          code: 'replay.start',
          message: expect.stringContaining('what the clients did is known from 2026-11-23T05:00:00Z to '),
        },
      });
    expect(await at('2026-11-23 18:00')).toMatchObject({ ok: true });
  });
});
