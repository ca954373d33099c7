import { describe, expect, it } from 'vitest';
import type { Request } from '../../shared/execution/simulated/wire.ts';
import { abandon } from '../../orchestrator/simulation/machines/fence.ts';
import { pcmService } from '../../orchestrator/simulation/machines/sms.ts';
import { minute, OneMachine } from './one-machine.ts';

const fence = (counter: number, owner: string) => ({ counter, owner });
const fenced = { ok: false, error: { kind: 'fenced' } };
const name = pcmService;

describe('the fence of a machine', () => {
  it('refuses an older counter and an equal one of another owner, and nothing is changed', () => {
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

  it('refuses no look', () => {
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
    const beganAt = client.now;
    const entry = { at: client.now, op: 'mark', fence: fence(5, 'a'), beganAt, endedAt: beganAt };
    expect(client.machine.journal[0]).toEqual(entry);
  });

  it('records when an effect was over, also for a call that was aborted', () => {
    const client = new OneMachine('pcmInBin');
    const stop = client.begin('stopService', { name });
    const beganAt = client.now;
    expect(client.machine.journal).toMatchObject([{ beganAt, endedAt: null }]);
    abandon(client.machine, stop, { op: 'stopService', fence: fence(1, 'driver') } as Request);
    client.pass(10_000);
    const [entry] = client.machine.journal;
    expect(entry?.endedAt).toBeGreaterThan(beganAt);
    expect(client.machine.inFlight).toEqual([]);
  });

  it('keeps the newest changes only, and counts the others', () => {
    const client = new OneMachine('free');
    for (let n = 0; n < 230; n++) client.call('notify', { text: 'x' }, fence(n + 1, 'a'));
    expect(client.machine.journal).toHaveLength(200);
    expect(client.machine.journalDropped).toBe(30);
    expect(client.machine.journal.at(-1)?.fence.counter).toBe(230);
  });
});

describe('the lab records as a violation', () => {
  it('a change with an older fence than the change before', () => {
    const client = new OneMachine('free');
    client.call('mark', {}, fence(5, 'a'));
    client.machine.fence = null;
    client.call('notify', { text: 'x' }, fence(4, 'b'));
    expect(client.machine.violations).toEqual([{ kind: 'olderFence', at: client.now, op: 'notify' }]);
  });

  it('a mark on a marked client, and not on a client that lost its mark', () => {
    const client = new OneMachine('free');
    client.call('mark');
    client.call('runUpdate');
    client.call('mark');
    expect(client.machine.violations).toEqual([]);
    client.call('mark');
    expect(client.machine.violations).toEqual([{ kind: 'markedAgain', at: client.now }]);
    expect(client.machine.marks).toBe(3);
  });

  it('a second restart for one mark, and not for another mark or for the workaround', () => {
    const client = new OneMachine('pcmInBin');
    const restart = () => {
      client.call('restart');
      return client.pass(10 * minute).now;
    };
    client.call('mark');
    restart();
    client.call('configureService', { name, settings: { startType: 'manual' } });
    restart();
    expect(client.machine.violations).toEqual([]);
    restart();
    expect(client.machine.violations).toMatchObject([{ kind: 'restartedAgain' }]);
    expect(client.machine.restarts.map(({ reason }) => reason)).toEqual(['mark', 'workaround', 'none']);
  });
});

describe('two drivers at once on a machine of the lab', () => {
  it('are recorded when the change of one is in flight while another one changes', () => {
    const client = new OneMachine('pcmInBin');
    client.begin('stopService', { name }, fence(1, 'first'));
    client.call('mark', {}, fence(2, 'second'));
    expect(client.machine.violations).toMatchObject([{ kind: 'twoDrivers', owners: ['first', 'second'] }]);
  });

  it('are not recorded when one comes after the other, or one driver makes two changes', () => {
    const client = new OneMachine('pcmInBin');
    client.begin('stopService', { name }, fence(1, 'first'));
    client.call('notify', { text: 'x' }, fence(1, 'first'));
    expect(client.machine.violations).toEqual([]);

    const other = new OneMachine('pcmInBin', 'PC0002');
    other.call('stopService', { name }, fence(1, 'first'));
    other.call('mark', {}, fence(2, 'second'));
    expect(other.machine.violations).toEqual([]);
  });

  it('are not recorded for a refused call', () => {
    const client = new OneMachine('pcmInBin');
    client.begin('stopService', { name }, fence(2, 'second'));
    client.call('mark', {}, fence(1, 'first'));
    expect(client.machine.violations).toEqual([]);
  });
});
