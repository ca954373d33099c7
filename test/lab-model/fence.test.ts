import { describe, expect, it } from 'vitest';
import { pcmService } from '../lab/fleet/sms.ts';
import { minute, OneMachine } from './one-machine.ts';

const fence = (counter: number, owner: string) => ({ counter, owner });
const fenced = { ok: false, error: { kind: 'fenced' } };
const name = pcmService;

describe('the fence of a machine', () => {
  it('refuses an older counter, and an equal one of another owner; nothing is changed then', () => {
    const client = new OneMachine('pcmInBin');
    expect(client.call('mark', {}, fence(5, 'new'))).toMatchObject({ ok: true });
    expect(client.call('stopService', { name }, fence(4, 'old'))).toMatchObject(fenced);
    expect(client.call('stopService', { name }, fence(5, 'twin'))).toMatchObject(fenced);
    expect(client.look().services).toMatchObject([{ state: 'running' }]);
    expect(client.machine.fencedRefusals).toBe(2);
  });

  it('accepts the same driver again and any newer one', () => {
    const client = new OneMachine('pcmInBin');
    client.call('mark', {}, fence(5, 'a'));
    expect(client.call('mark', {}, fence(5, 'a'))).toMatchObject({ ok: true });
    expect(client.call('mark', {}, fence(6, 'b'))).toMatchObject({ ok: true });
  });

  it('is remembered over a restart', () => {
    const client = new OneMachine('free');
    client.call('restart', {}, fence(5, 'a'));
    client.pass(10 * minute);
    expect(client.call('mark', {}, fence(4, 'b'))).toMatchObject(fenced);
  });

  it('lets everybody look', () => {
    const client = new OneMachine('free');
    client.call('mark', {}, fence(5, 'a'));
    expect(client.look().configuration).toMatch(/SetupPhase=upgrade/i);
  });

  it('writes every accepted change into the journal and no other', () => {
    const client = new OneMachine('free');
    client.call('mark', {}, fence(5, 'a'));
    client.call('mark', {}, fence(4, 'b'));
    client.look();
    client.call('notify', { text: 'soon' }, fence(5, 'a'));
    expect(client.machine.journal.map(({ op }) => op)).toEqual(['mark', 'notify']);
    expect(client.machine.journal[0]).toEqual({ at: client.now, op: 'mark', fence: fence(5, 'a') });
  });
});

describe('two drivers at once', () => {
  it('are recorded when the change of one is in flight while another one changes', () => {
    const client = new OneMachine('pcmInBin');
    client.begin('stopService', { name }, fence(1, 'first'));
    client.call('mark', {}, fence(2, 'second'));
    expect(client.machine.violations).toMatchObject([{ kind: 'twoDrivers', owners: ['first', 'second'] }]);
  });

  it('are not seen where one comes after the other, or where one driver does two things', () => {
    const client = new OneMachine('pcmInBin');
    client.begin('stopService', { name }, fence(1, 'first'));
    client.call('notify', { text: 'x' }, fence(1, 'first'));
    expect(client.machine.violations).toEqual([]);

    const other = new OneMachine('pcmInBin', 'PC0002');
    other.call('stopService', { name }, fence(1, 'first'));
    other.call('mark', {}, fence(2, 'second'));
    expect(other.machine.violations).toEqual([]);
  });

  it('are not seen in a refused call', () => {
    const client = new OneMachine('pcmInBin');
    client.begin('stopService', { name }, fence(2, 'second'));
    client.call('mark', {}, fence(1, 'first'));
    expect(client.machine.violations).toEqual([]);
  });
});
