import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { plannedLines } from '../../orchestrator/cli/render/planned.ts';
import { plainView } from '../../orchestrator/cli/render/view.ts';
import { plannedAnswer } from '../../orchestrator/http/schemas/planned.ts';
import { lookBack } from '../../orchestrator/lookback/look-back.ts';
import { planAtStart } from '../../orchestrator/lookback/plan-at-start.ts';
import type { History } from '../../orchestrator/replay/history.ts';
import { plannedAgainstActual } from '../../orchestrator/views/planned-actual.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { hours } from '../domain/given.ts';
import { seededHistory } from '../replay/seeded-campaigns.ts';
import { plannedOf, planQuestion } from './planned.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/replay.md'), 'utf8');
const sumOf = (causes: Readonly<Record<string, number>>): number =>
  Object.values(causes).reduce((sum, ms) => sum + ms, 0);

describe('what the time of a campaign went to', () => {
  let histories: readonly History[];
  beforeAll(async () => {
    histories = await Promise.all([1, 5, 8].map(seededHistory));
  });

  test('is counted from its audit, and makes up the whole time', () => {
    for (const history of histories) {
      const { state } = history.campaign;
      if (state.status !== 'ended') throw new Error('it has ended');
      const found = lookBack(history);
      expect(sumOf(found.causes)).toBe(state.endedAt - state.startedAt);
      for (const { opensAt, endsAt, causes } of found.waves)
        expect(sumOf(causes)).toBe((endsAt ?? NaN) - (opensAt ?? NaN));
    }
  });

  test('names who paused it, the held server, the soak and the approval, each with its time', () => {
    const [asking, soaking] = histories.map((history) => lookBack(history).causes);
    expect(asking).toMatchObject({
      'paused by kim': hours(6),
      'LS-1 held by kim': hours(6),
    });
    // The wave opens in the round after the answer.
    const asked = asking?.['waiting for the approval of a wave'] ?? 0;
    expect(asked - hours(4)).toBeGreaterThanOrEqual(0);
    expect(asked - hours(4)).toBeLessThan(5_000);
    expect(asking?.['outside the windows']).toBeGreaterThan(hours(10));
    expect(soaking?.['soak of the gate']).toBe(hours(12));
  });

  test('what the audit does not say is no cause, and stands in the rest', async () => {
    const [, history] = histories;
    if (history === undefined) throw new Error('no history');
    const lost = { ...history, evidence: new Map<string, string>() };
    const planned = await plannedOf(history);
    const compared = plannedAgainstActual(history.campaign, planned, lookBack(lost));
    expect(compared.causes.map(({ cause }) => cause)).not.toContain('not in the audit');
    expect(Math.abs(compared.restMs ?? 0)).toBeGreaterThan(hours(1));
  });
});

describe('planned against actual', () => {
  let history: History;
  beforeAll(async () => {
    history = await seededHistory(1);
  });

  test('the causes explain the difference, and the rest is said', async () => {
    const planned = await plannedOf(history);
    const compared = plannedAgainstActual(history.campaign, planned, lookBack(history));
    expect(plannedAnswer.parse(compared)).toEqual(compared);
    const explained = compared.causes.reduce((sum, { moreMs }) => sum + moreMs, 0);
    expect(explained + (compared.restMs ?? NaN)).toBe(compared.laterMs);
    expect(Math.abs(compared.restMs ?? NaN)).toBeLessThan(5 * 60_000);
    expect(compared.causes).toContainEqual({
      cause: 'paused by kim',
      plannedMs: 0,
      actualMs: hours(6),
      moreMs: hours(6),
    });
    for (const wave of compared.waves) {
      const own = wave.causes.reduce((sum, { moreMs }) => sum + moreMs, 0);
      expect(own + (wave.restMs ?? NaN)).toBe(wave.laterMs);
    }
  });

  test('reads as docs/replay.md shows it', async () => {
    const { state } = history.campaign;
    if (!('startedAt' in state)) throw new Error('it has started');
    const startedAt = isoOf(state.startedAt);
    const compared = plannedAgainstActual(history.campaign, await plannedOf(history), lookBack(history));
    // The plan was ready a second later, which is not the time that it describes.
    expect(compared.madeAt).not.toBe(startedAt);
    const [, shown] = /```text\n([^]*?)```/u.exec(page) ?? [];
    expect(`${plannedLines(plainView, compared, startedAt).slice(1).join('\n')}\n`).toBe(shown);
  });

  test('the same start gives the same plan, and a fleet with looks another one than a fleet without', async () => {
    const question = planQuestion(history);
    const planned = await planAtStart(question);
    expect(await planAtStart(question)).toEqual(planned);
    const looks = question.clients.map(({ client }) => ({
      client,
      verdict: 'current' as const,
      movable: false,
      remarks: [],
    }));
    const known = await planAtStart({ ...question, looks });
    expect(known.end?.p50).toBeLessThan(planned.end?.p50 ?? 0);
    expect(known).toMatchObject({
      assumptions: expect.arrayContaining([expect.stringContaining('36 of 36')]),
    });
  });

  test('a campaign that cannot be planned says why', async () => {
    const question = planQuestion(history);
    const { definition } = question.campaign;
    const hook = { run: ['ask.sh'], timeoutMs: 1, retryMs: 1 };
    const asking = { ...question.campaign, definition: { ...definition, hooks: { afterWave: hook } } };
    expect(await planAtStart({ ...question, campaign: asking })).toMatchObject({
      end: null,
      because: 'it waits for its hooks, and nobody knows how long they take',
    });
    expect(await planAtStart({ ...question, clients: [] })).toMatchObject({ because: 'it has no clients' });
  });
});
