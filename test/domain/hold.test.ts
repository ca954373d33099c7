import { describe, expect, test } from 'vitest';
import { decideCampaign } from '../../orchestrator/domain/decide-campaign.ts';
import { rebuiltCampaign } from '../../orchestrator/domain/rebuilt.ts';
import type { Campaign, CampaignEvent, CampaignState } from '../../shared/domain/campaign/campaign.ts';
import { holdAt } from '../../shared/domain/campaign/hold.ts';
import { spellingsOf } from '../../shared/domain/observation/logon-server.ts';
import { evening, minutes } from './given.ts';
import { campaign, running, standing } from './given-campaign.ts';

const decided = (given: Campaign, event: CampaignEvent, now = evening): Campaign => {
  const decision = decideCampaign(given, event, now);
  if (decision.kind !== 'changed') throw new Error(`${decision.kind}: ${decision.because}`);
  return decision.campaign;
};
const answer = (given: Campaign, event: CampaignEvent): readonly [string, string] => {
  const { kind, because } = decideCampaign(given, event, evening);
  return [kind, because];
};
const hold = (logonServers: readonly string[], by = 'anna', reason = 'phones ring'): CampaignEvent => ({
  type: 'HoldRequested',
  by,
  reason,
  logonServers,
});
const release = (
  logonServers: readonly string[],
  by = 'anna',
  more: { readonly override?: boolean; readonly reason?: string } = {},
): CampaignEvent => ({ type: 'UnholdRequested', by, override: false, ...more, logonServers });

const runs = standing(running(1));
const held = decided(runs, hold(['LS-PUN']), evening + minutes(5));

describe('a hold on a logon server', () => {
  test('says who, why and since when, and leaves the status as it is', () => {
    const found = { logonServer: 'LS-PUN', by: 'anna', because: 'phones ring', at: evening + minutes(5) };
    expect(held).toEqual({ ...runs, holds: [found] });
    expect([holdAt(held, 'LS-PUN'), holdAt(held, 'LS-ROM'), holdAt(runs, 'LS-PUN')]).toEqual([
      found,
      null,
      null,
    ]);
    expect(answer(runs, hold(['LS-PUN']))).toEqual(['changed', 'logon server LS-PUN is held: phones ring']);
    expect(answer(held, hold(['LS-ROM', 'LS-MIL']))).toEqual([
      'changed',
      'logon servers LS-ROM, LS-MIL are held: phones ring',
    ]);
  });

  test('is refused where one of them is held already, and changes nothing then', () => {
    const refused = ['refused', 'logon server LS-PUN is held already in campaign sp4, by anna: phones ring'];
    expect(answer(held, hold(['LS-PUN'], 'kim', 'lunch'))).toEqual(refused);
    expect(answer(held, hold(['LS-ROM', 'LS-PUN'], 'kim', 'lunch'))).toEqual(refused);
  });

  test.each<CampaignState>([
    { status: 'created' },
    { status: 'scheduled', startAt: evening + minutes(60) },
    { status: 'waitingForRelease' },
  ])('holds before the start, too: $status', (state) => {
    expect(decided(standing(state), hold(['LS-PUN'])).state).toEqual(state);
  });

  test('is refused for a campaign that is over', () => {
    const ended = decided(runs, {
      type: 'CountersRead',
      counters: { 'state|0|LS|upgraded': 10, 'state|1|LS|upgraded': 100, 'state|2|LS|upgraded': 290 },
    });
    expect(answer(ended, hold(['LS-PUN']))).toEqual(['refused', 'campaign sp4 has ended']);
    const aborted = decided(runs, { type: 'AbortRequested', by: 'anna', reason: 'wrong release' });
    expect(answer(aborted, hold(['LS-PUN']))).toEqual(['refused', 'campaign sp4 has been aborted']);
  });

  test('outlives start, pause, resume, the end, a reopened client and a rebuild', () => {
    const early = decided(campaign, hold(['LS-PUN']));
    const started = decided(early, { type: 'StartRequested', releaseStaged: true, overlap: [] });
    const paused = decided(started, { type: 'PauseRequested', by: 'kim', reason: 'lunch' });
    const resumed = decided(paused, { type: 'ResumeRequested', by: 'kim', override: false, counters: {} });
    const ended = decided(resumed, {
      type: 'CountersRead',
      counters: { 'state|0|LS|upgraded': 10, 'state|1|LS|upgraded': 100, 'state|2|LS|upgraded': 290 },
    });
    const again = decided(ended, { type: 'Reopened', because: 'a client is tried again' });
    const rebuilt = rebuiltCampaign(again, 'it ends here', evening);
    for (const each of [started, paused, resumed, ended, again, rebuilt])
      expect([each.state.status, each.holds]).toEqual([each.state.status, early.holds]);
    expect(rebuilt.state.status).toBe('paused');
  });
});

describe('the release of a logon server', () => {
  test('ends the hold of this server only', () => {
    const two = decided(held, hold(['LS-ROM'], 'kim', 'lunch'));
    const left = decided(two, release(['LS-PUN']));
    expect(left.holds?.map(({ logonServer }) => logonServer)).toEqual(['LS-ROM']);
    expect(answer(two, release(['LS-PUN'], 'anna', { reason: 'quiet again' }))).toEqual([
      'changed',
      'logon server LS-PUN is released: quiet again',
    ]);
    expect(decided(left, release(['LS-ROM'], 'kim')).holds).toEqual([]);
  });

  test('is refused where one of them is not held, and changes nothing then', () => {
    const refused = ['refused', 'logon server LS-ROM is not held in campaign sp4'];
    expect(answer(held, release(['LS-ROM']))).toEqual(refused);
    expect(answer(held, release(['LS-PUN', 'LS-ROM']))).toEqual(refused);
    expect(answer(runs, release(['LS-ROM']))).toEqual(refused);
  });

  test('ends the hold of another person only with override, and the audit says whose it was', () => {
    expect(answer(held, release(['LS-PUN'], 'kim'))).toEqual([
      'refused',
      'logon server LS-PUN was held by anna: phones ring; ask them, or release it all the same with --override',
    ]);
    expect(answer(held, release(['LS-PUN'], 'kim', { override: true, reason: 'anna is off duty' }))).toEqual([
      'changed',
      'logon server LS-PUN is released, which anna had held (phones ring): anna is off duty',
    ]);
    const two = decided(held, hold(['LS-ROM'], 'lee', 'lunch'));
    expect(answer(two, release(['LS-ROM', 'LS-PUN'], 'kim', { override: true }))).toEqual([
      'changed',
      'logon servers LS-ROM, LS-PUN are released, which lee and anna had held (lunch; phones ring)',
    ]);
  });

  test('ends no pause', () => {
    const paused = decided(held, { type: 'PauseRequested', by: 'anna', reason: 'lunch' });
    expect(decided(paused, release(['LS-PUN'])).state.status).toBe('paused');
  });
});

describe('the logon server that a person means', () => {
  test.each([
    ['LS-ROM', ['LS-ROM']],
    ['ls-rom', ['LS-ROM']],
    ['\\\\LS-MIL', ['ls-mil.corp.example']],
    ['ls-mil.corp.example', ['ls-mil.corp.example']],
    ['LS-PUN', ['ls-pun.a.example', 'ls-pun.b.example']],
    ['LS-RO', []],
  ])('%s: %j', (asked, found) => {
    const known = ['LS-ROM', 'ls-mil.corp.example', 'ls-pun.a.example', 'ls-pun.b.example'];
    expect(spellingsOf(asked, known)).toEqual(found);
  });
});
