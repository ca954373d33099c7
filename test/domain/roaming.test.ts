import { describe, expect, test } from 'vitest';
import { observedLogonServer } from '../../shared/domain/observation/logon-server.ts';
import { everyDay } from '../../shared/domain/time/window.ts';
import { admitted, after, blockedByProgram, evening, look, rules, withPolicy } from './given.ts';

describe('the logon server that a look found', () => {
  test.each([
    ['LS-PUN', 'LS-PUN'],
    ['\\\\LS-PUN', 'LS-PUN'],
    ['ls-rom', 'LS-ROM'],
    ['ls-rom.', 'LS-ROM'],
    ['ls-rom.corp.example.', 'LS-ROM'],
    ['LS-ROM.corp.example', 'LS-ROM'],
    ['', 'LS-ROM'],
    ['LS|PUN', 'LS-ROM'],
    ['../LS-PUN', 'LS-ROM'],
    ['*', 'LS-ROM'],
  ])('that the client calls %s is charged as %s', (said, charged) => {
    expect(observedLogonServer('LS-ROM', said)).toBe(charged);
  });

  test('has one name for every spelling', () => {
    expect(observedLogonServer('LS-ROM', 'ls-pun', ['LS-MIL', 'LS-PUN'])).toBe('LS-PUN');
    expect(observedLogonServer('ls-rom.corp.example', 'LS-ROM')).toBe('ls-rom.corp.example');
  });
});

describe('a client that has roamed', () => {
  const roamed = { logonServer: 'LS-PUN' };

  test('is charged where it was seen, for every result of the look', () => {
    const marking = after(rules, admitted, [[evening, look(roamed)]]);
    expect([marking.state.phase, marking.logonServer]).toEqual(['marking', 'LS-PUN']);
    const deferred = after(rules, admitted, [[evening, look(roamed, blockedByProgram)]]);
    expect([deferred.state.phase, deferred.logonServer]).toEqual(['deferred', 'LS-PUN']);
  });

  test('stays charged there while it waits for its window', () => {
    const closed = withPolicy({ window: { days: everyDay, from: 0, to: 5 * 60 } });
    const waits = after(closed, admitted, [[evening, look(roamed)]]);
    expect(waits.state).toMatchObject({ phase: 'deferred', class: 'window' });
    expect(waits.logonServer).toBe('LS-PUN');
  });
});
