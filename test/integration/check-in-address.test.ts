import { describe, expect, test } from 'vitest';
import { checkAddresses } from '../../orchestrator/doctor/addresses.ts';
import { addressIn } from '../../orchestrator/http/checkin/address.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { type CheckInRequest, type Listener, openListener, startDue } from './check-in-listener.ts';

describe('the address of a check-in', () => {
  const pinned = { hostKeys: ['SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU'] };

  async function listenerWithPinnedKey(address: 'never' | 'sent' | 'peer'): Promise<Listener> {
    const store = createMemoryStore(Date.now);
    const listener = await openListener(store, { address });
    const client = await store.readClient('pc-1');
    if (client === null) throw new Error('pc-1 is in the fleet');
    await store.importFleet([{ ...client, ...pinned }]);
    return listener;
  }

  const sent = (host: string): CheckInRequest => ({ headers: { 'x-servpack-host': host } });

  test('is taken when the policy allows it, is audited, and changes nothing but the host', async () => {
    const listener = await listenerWithPinnedKey('sent');
    const before = await listener.orchestrator.store.readClient('pc-1');
    const token = await listener.tokenOf('pc-1');
    const answer = await listener.checkIn('pc-1', token, sent('10.0.0.7'));
    expect(answer.text).toContain('\naddress: 10.0.0.7, before NT-1\n');
    expect(await listener.orchestrator.store.readClient('pc-1')).toEqual({ ...before, host: '10.0.0.7' });
    const [entry] = await listener.orchestrator.store.audit(1);
    expect(entry).toMatchObject({
      client: 'pc-1',
      who: 'client pc-1 (check-in token)',
      to: 'moved',
      because: 'its address is 10.0.0.7 now, before NT-1',
    });
    expect((await listener.checkIn('pc-1', token, sent('10.0.0.7'))).text).toContain('10.0.0.7, as before');
    expect((await listener.orchestrator.store.audit(9)).filter(({ to }) => to === 'moved')).toHaveLength(1);
  });

  test('is not taken without the policy, nor for a client without a pinned host key', async () => {
    const never = await listenerWithPinnedKey('never');
    expect((await never.checkIn('pc-1', await never.tokenOf('pc-1'), sent('10.0.0.7'))).text).not.toContain(
      'address',
    );
    const listener = await listenerWithPinnedKey('sent');
    const token = await listener.tokenOf('pc-2');
    expect((await listener.checkIn('pc-2', token, sent('10.0.0.7'))).text).toContain(
      'address: left as it is, no host key of this client is pinned in the fleet\n',
    );
    expect((await listener.orchestrator.store.readClient('pc-2'))?.host).toBe('NT-2');
    // With the token of one client the address of another cannot be changed.
    expect((await listener.checkIn('pc-1', token, sent('10.0.0.7'))).status).toBe(401);
    expect((await listener.orchestrator.store.readClient('pc-1'))?.host).toBe('NT-1');
  });

  test('is not taken when another client has it; the audit, `client why` and doctor say so', async () => {
    const listener = await listenerWithPinnedKey('sent');
    const { store } = listener.orchestrator;
    await startDue(listener);
    const token = await listener.tokenOf('pc-1');
    const left = 'address: left as it is, nt-2 is the address of another client of the fleet\n';
    for (const _ of [1, 2])
      expect((await listener.checkIn('pc-1', token, sent('nt-2'))).text).toContain(left);
    expect((await store.readClient('pc-1'))?.host).toBe('NT-1');
    const audited = (await store.audit(99, { client: 'pc-1' })).filter(({ to }) => to === 'address refused');
    expect(audited).toMatchObject([
      {
        who: 'client pc-1 (check-in token)',
        because: 'its address stays NT-1: nt-2 is the address of pc-2 in the fleet',
      },
    ]);
    const remarks = async () => (await listener.orchestrator.ask('GET', '/v1/clients/pc-1/why')).body.remarks;
    const remark = expect.stringMatching(
      / brought the address nt-2, which is not taken: client pc-2 .* has it/,
    );
    expect(await remarks()).toContainEqual(remark);
    const doctor = async () => (await checkAddresses(store)).map(({ says }) => says);
    expect(await doctor()).toEqual([expect.stringContaining('pc-1 (nt-2 is that of pc-2')]);
    // The client is back where the fleet has it.
    await listener.checkIn('pc-1', token, sent('NT-1'));
    expect(await remarks()).not.toContainEqual(remark);
    expect(await doctor()).toEqual([]);
  });

  test.each([
    '127.0.0.1',
    '::1',
    '::ffff:127.0.0.1',
    '0.0.0.0',
    '169.254.7.7',
    '224.0.0.1',
    '255.255.255.255',
    'localhost',
    'a.localhost',
    '2130706433',
    '127.1',
    '0x7f000001',
    '10.0.0.7 -oProxyCommand=x',
    '-oProxyCommand=x',
    'a;b',
    'pc-1..',
    'x'.repeat(300),
    '',
  ])('is refused when it is %j', (host) => {
    expect(addressIn('sent', { sent: host, peer: '10.0.0.7' }).kind).toBe('unfit');
  });

  test.each(['10.0.0.7', '2001:db8::7', 'pc-1.corp.example', 'PC-1'])('is taken when it is %j', (host) => {
    expect(addressIn('sent', { sent: host, peer: '127.0.0.1' })).toEqual({ kind: 'given', host });
  });

  test('is that of the connection with the policy `peer`, whatever headers the client sends', async () => {
    const listener = await listenerWithPinnedKey('peer');
    const answer = await listener.checkIn('pc-1', await listener.tokenOf('pc-1'), {
      headers: { 'x-servpack-host': '10.0.0.7', 'x-forwarded-for': '10.0.0.8' },
    });
    expect(answer.text).toContain('address: left as it is, no client is reached at such an address\n');
  });
});
