import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ofApi, ofCheckIns } from '../../orchestrator/http/tls/certificates.ts';
import { ServerCertificate } from '../../orchestrator/http/tls/server-certificate.ts';
import { testLog } from '../fixtures/context.ts';
import { checkReleaseFolders } from '../../workers/release-folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'servpack-useless-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A certificate with its key, as openssl makes them. */
function makePair(name: string) {
  const pair = { cert: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) };
  const order = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=x', '-days', '1'];
  execFileSync('openssl', [...order, '-keyout', pair.key, '-out', pair.cert], { stdio: 'ignore' });
  return pair;
}

describe('a setting that cannot work is found at the start', () => {
  it.each([ofApi, ofCheckIns])('the certificate of a listener, or its key: $of', (use) => {
    const [one, two] = [makePair(`one of ${use.of}`), makePair(`two of ${use.of}`)];
    const empty = join(folder, 'empty');
    writeFileSync(empty, '', { mode: 0o600 });
    const open = (files: { cert: string; key: string }) =>
      ServerCertificate.open(use, files, { log: testLog() });
    for (const files of [
      { cert: one.cert, key: two.key },
      { cert: one.key, key: one.cert },
      { cert: empty, key: one.key },
    ])
      expect(open(files)).toMatchObject({
        ok: false,
        error: { message: expect.stringContaining(`${use.settings.cert} (${files.cert})`) as string },
      });
    expect(open(one).ok).toBe(true);
    chmodSync(one.key, 0o644);
    expect(open(one)).toMatchObject({
      error: { message: expect.stringContaining(`(mode 0644): chmod 600 ${one.key}`) as string },
    });
  });

  it('a folder of releases that is not on this host', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '', { mode: 0o600 });
    for (const root of [file, join(folder, 'none')])
      expect(checkReleaseFolders(root)).toMatchObject({
        ok: false,
        error: { message: `SERVPACK_RELEASES: ${root} is not a folder of this host` },
      });
    for (const root of [folder, null]) expect(checkReleaseFolders(root).ok).toBe(true);
  });
});
