import { describe, expect, test } from 'vitest';
import { machineOf, TwinFinder } from '../../shared/domain/campaign/machine.ts';

describe('two hosts are one machine', () => {
  // The host parser of the URL standard (WHATWG) reads IPv4 numbers as inet_aton does.
  test.each([
    ['NT-0001', 'nt-0001'],
    ['nt-1.corp.example', 'NT-1.CORP.EXAMPLE'],
    ['10.0.0.1', '10.1'],
    ['10.0.0.1', '167772161'],
    ['10.0.0.1', '0x0A.0.0.1'],
    ['10.0.0.8', '10.0.0.010'],
    ['10.0.0.1', '::ffff:10.0.0.1'],
    ['10.0.0.1', '::FFFF:a00:1'],
    ['fd00::1', 'FD00:0:0:0:0:0:0:1'],
    ['fe80::1%eth0', 'fe80:0::1%ETH0'],
  ])('%s and %s', (one, other) => {
    expect(machineOf(one)).toBe(machineOf(other));
  });

  test.each([
    ['nt-1', 'nt-1.corp.example'],
    ['10.0.0.1', '10.0.0.10'],
    ['fe80::1%eth0', 'fe80::1%eth1'],
    ['pc.256.256.256.256', 'pc.256.256.256.255'],
    ['constructor', 'toString'],
  ])('but not %s and %s', (one, other) => {
    expect(machineOf(one)).not.toBe(machineOf(other));
  });
});

test('a twin is found by its name in any case, and by its host', () => {
  const finder = new TwinFinder();
  finder.add({ client: 'pc-1', host: 'NT-1' });
  expect(finder.twinOf({ client: 'pc-1', host: 'NT-1' })).toBeNull();
  expect(finder.twinOf({ client: 'PC-1', host: 'NT-9' })).toEqual({
    client: 'PC-1',
    other: 'pc-1',
    key: 'client',
  });
  expect(finder.twinOf({ client: 'pc-2', host: 'nt-1' })).toEqual({
    client: 'pc-2',
    other: 'pc-1',
    key: 'host',
  });
  expect(finder.twinOf({ client: 'toString', host: '__proto__' })).toBeNull();
});
