import { describe, expect, test } from 'vitest';
import { auditLines } from '../../orchestrator/cli/render/audit.ts';
import { plainView } from '../../orchestrator/cli/render/view.ts';
import type { AuditLineAnswer } from '../../orchestrator/http/schemas/audit.ts';

/** The audit of a client in words, as `servpack audit show` prints it. */

const step = (minute: number, from: string, to: string, because: string): AuditLineAnswer => ({
  id: `${minute}-0`,
  shard: 0,
  block: 7,
  at: `2026-11-16T22:${String(minute).padStart(2, '0')}:00Z`,
  campaign: 'sms-sp4',
  campaignHash: 'abc',
  client: 'pc-1',
  version: minute,
  who: 'worker 1',
  from,
  to,
  because,
  evidence: null,
  beside: [],
  servpack: '0.1.0',
});
const whole = { client: null, who: 'token default (says anna)' };

const story: readonly AuditLineAnswer[] = [
  { ...step(0, 'created', 'running', 'started'), ...whole },
  step(1, 'waiting', 'looking', 'admitted: a slot is free'),
  step(2, 'looking', 'marking', 'nothing is in the way'),
  step(3, 'marking', 'looking', 'marked'),
  step(4, 'looking', 'deferred', 'waits for a logon'),
  step(5, 'deferred', 'looking', 'deferral over (logon)'),
  step(6, 'looking', 'deferred', 'waits for a logon'),
  { ...step(7, 'going', 'halted', 'phones ring'), ...whole, campaign: '' },
  step(8, 'deferred', 'looking', 'deferral over (logon)'),
  step(9, 'looking', 'deferred', 'waits for a logon'),
  step(10, 'deferred', 'looking', 'deferral over (logon)'),
  step(11, 'looking', 'deferred', 'waits for a logon'),
  step(12, 'deferred', 'looking', 'the client checked in'),
  step(13, 'looking', 'settled', 'every file has the hash of the release'),
];
const told = (all?: boolean) =>
  auditLines(plainView, { client: 'pc-1', entries: story, evidence: {} }, all).join('\n');

describe('the audit of a client in words', () => {
  test('begins with what was changed on the client, and its state', () => {
    expect(told()).toContain(
      [
        'pc-1: 12 steps, oldest first',
        'changed on it:',
        '  2026-11-16T22:03:00Z  marked',
        '  2026-11-16T22:13:00Z  now finished: every file has the hash of the release',
        '',
        'campaign sms-sp4, file with SHA-256 abc',
        '2026-11-16T22:00:00Z  the campaign: created -> running: started',
        '    by token default (says anna); record version 0, servpack 0.1.0, block 7',
      ].join('\n'),
    );
  });

  test('counts looks that found nothing new, and lists them on demand', () => {
    expect(told()).toContain(
      'same result in 1 later look, the last at 2026-11-16T22:06:00Z; list them with --all',
    );
    expect(told().match(/deferral over/g)).toHaveLength(1);
    expect(told(true).match(/deferral over/g)).toHaveLength(3);
    expect(told()).toContain('deferred -> looking: the client checked in');
  });

  test('lists what was done to all campaigns below the campaign of the client', () => {
    expect(told()).toContain(
      'all campaigns: not halted -> halted: phones ring\n    by token default (says anna)',
    );
    expect(told().match(/^campaign /gm)).toHaveLength(1);
  });

  test('says when nothing was changed, and when nothing was done', () => {
    const looked = auditLines(plainView, { client: 'pc-1', entries: story.slice(1, 2), evidence: {} });
    expect(looked[1]).toBe('nothing was changed on it');
    expect(auditLines(plainView, { client: 'pc-1', entries: [], evidence: {} })).toEqual([
      'pc-1: nothing was ever done on it',
    ]);
  });
});
