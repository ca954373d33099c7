import { describe, expect, test } from 'vitest';
import { readForwardSettings } from '../../orchestrator/forward/open-forward.ts';
import { parseForward } from '../../orchestrator/input/forward-file.ts';
import { printFaults } from '../../shared/input/input-fault.ts';

const read = (text: string) => parseForward(text, '/etc/servpack/forward.yaml');

describe('the settings of the receiver', () => {
  test('of syslog have TLS, port 6514 and paths relative to the file', () => {
    expect(
      read('forward: { to: syslog, server: siem.example, ca: ca.pem, cert: c.pem, key: k.pem }'),
    ).toEqual({
      ok: true,
      value: {
        entries: 'all',
        receiver: {
          to: 'syslog',
          server: 'siem.example',
          port: 6514,
          tls: 'required',
          ca: '/etc/servpack/ca.pem',
          login: { cert: '/etc/servpack/c.pem', key: '/etc/servpack/k.pem' },
          acknowledge: 'close',
          enterprise: 32_473,
        },
      },
    });
  });

  test('of a webhook name where its secret stands', () => {
    expect(
      read('forward: { to: webhook, url: "https://siem.example/in", secret: { file: s }, entries: people }'),
    ).toEqual({
      ok: true,
      value: {
        entries: 'people',
        receiver: {
          to: 'webhook',
          url: { url: 'https://siem.example/in' },
          secret: { file: '/etc/servpack/s' },
          isPrivateAllowed: false,
        },
      },
    });
  });

  test.each([
    ['forward: { to: syslog }', /server: is missing/],
    ['forward: { to: kafka, server: a }', /to: /],
    ['forward: { to: syslog, server: a, url: "https://a" }', /url: stands in a receiver of the form syslog/],
    ['forward: { to: webhook, url: "https://a" }', /secret: is missing/],
    ['forward: { to: syslog, server: a, tls: none, ca: x }', /tls: is "none"/],
    ['forward: { to: syslog, server: a, cert: x }', /key: is missing/],
    ['forward: { to: syslog, server: a, port: 0 }', /port/],
    ['forward: { to: syslog, server: a, sever: b }', /sever/],
  ])('%s is refused with the place', (text, says) => {
    const faults = read(text);
    expect(faults.ok ? '' : printFaults(faults.error).join('\n')).toMatch(says);
  });

  test('need entries that stay in Redis until they are forwarded', () => {
    const refused = readForwardSettings({ forward: '/nowhere.yaml', auditKeep: 10 });
    expect(refused).toMatchObject({ ok: false, error: { code: 'config.forward' } });
    expect(readForwardSettings({ forward: null, auditKeep: 10 })).toEqual({ ok: true, value: null });
    expect(readForwardSettings({ forward: '/nowhere.yaml', auditKeep: 1_000_000 })).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('SERVPACK_FORWARD: /nowhere.yaml cannot be read') as string },
    });
  });
});
