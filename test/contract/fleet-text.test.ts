import { expect, test } from 'vitest';
import type { Client } from '../../shared/domain/campaign/definition.ts';
import { clientOf, fleetText, homeShardIn } from '../../shared/store/redis/fleet/fleet-text.ts';

const client: Client = {
  client: 'pc-17',
  host: 'pc-17.corp.example',
  logonServer: 'LS-ROM',
  zone: 'Europe/Rome',
  role: 'workstation',
  labels: ['office'],
};

test.each([
  ['the usual', client],
  ['a host of another name', { ...client, host: '10.0.0.7' }],
  ['a host that is the id', { ...client, host: 'pc-17' }],
  ['a server', { ...client, role: 'server' } as const],
  ['a port of its own', { ...client, port: 2222 }],
  ['pinned host keys', { ...client, hostKeys: [`SHA256:${'a'.repeat(42)}A`, `SHA256:${'b'.repeat(42)}A`] }],
])('a fleet entry is read as it was written: %s', (_, given) => {
  expect(clientOf(given.client, fleetText(given, 0, 1))).toEqual(given);
});

test.each([0, 1, 2])('a fleet entry with a port and host keys keeps its home shard: %d', (home) => {
  const text = fleetText({ ...client, port: 2222 }, home, 3);

  expect(homeShardIn(text, 3)).toBe(home);
  expect(clientOf('pc-17', text)).toEqual({ ...client, port: 2222 });
});

test('a fleet entry without port and host keys is shorter', () => {
  expect(fleetText(client, 0, 1)).toBe('["~.corp.example","LS-ROM","Europe/Rome","",["office"]]');
});

test('a fleet entry in the older, longer form is read', () => {
  const whole = '["pc-17.corp.example","LS-ROM","Europe/Rome","workstation",["office"]]';

  expect(clientOf('pc-17', whole)).toEqual(client);
  expect(fleetText(client, 0, 1).length).toBeLessThan(whole.length - 10);
});

test('an unknown role of a fleet entry counts as a server', () => {
  expect(clientOf('pc-17', '["~","LS-ROM","UTC","printer",[]]').role).toBe('server');
});
