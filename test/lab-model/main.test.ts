import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectFleetControl } from '../lab/fleet/control-client.ts';

const main = resolve(import.meta.dirname, '../lab/fleet/main.ts');
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'servpack-fleet-'));
  const components = join(folder, 'release', 'X86.BIN', '00000409');
  mkdirSync(components, { recursive: true });
  writeFileSync(join(components, 'pcm32r.dll'), 'new');
  const rows = ['PC1,pc1,LS1,Europe/Berlin,workstation,"a;b"', 'SRV1,srv1,LS1,UTC,server,'];
  writeFileSync(
    join(folder, 'fleet.csv'),
    `\uFEFFclient,host,logonServer,zone,role,labels\r\n${rows.join('\r\n')}\r\n`,
  );
  writeFileSync(
    join(folder, 'bad.csv'),
    'client,host,logonServer,zone,role,labels\nPC1,pc1,LS1,Nowhere/Land,workstation,\n',
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

function startMain(fleetFile: string, release: string): ChildProcessByStdio<null, Readable, Readable> {
  const files = ['--fleet', join(folder, fleetFile), '--release', join(folder, release)];
  const anchor = JSON.stringify({ labAt: Date.UTC(2026, 10, 23, 5), realAt: Date.now(), speed: 100 });
  return spawn(process.execPath, [main, ...files, '--seed', 's', '--ready-file', join(folder, 'ready')], {
    env: { ...process.env, SERVPACK_LAB_CLOCK: anchor },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

describe('the process of a lab fleet', () => {
  it('prints where it listens, serves the fleet of its file, and ends on SIGTERM', async () => {
    const fleet = startMain('fleet.csv', 'release');
    try {
      const [line] = (await once(fleet.stdout, 'data')) as [Buffer];
      const ready = JSON.parse(line.toString()) as { port: number };
      expect(JSON.parse(readFileSync(join(folder, 'ready'), 'utf8'))).toEqual(ready);
      const control = connectFleetControl(ready);
      const { clients, release, now } = await control.truth();
      await control.close();
      expect(clients).toMatchObject([{ client: 'PC1' }, { client: 'SRV1', trait: 'server' }]);
      expect(Object.keys(release)).toEqual(['pcm32r.dll']);
      expect(now).toBeGreaterThanOrEqual(Date.UTC(2026, 10, 23, 5));
      expect(now).toBeLessThan(Date.UTC(2026, 10, 23, 6));
      fleet.kill('SIGTERM');
      expect(await once(fleet, 'exit')).toEqual([0, null]);
    } finally {
      fleet.kill('SIGKILL');
    }
  });

  it.each([
    ['fleet.csv', 'nowhere', 'no component files: there is no folder'],
    ['bad.csv', 'release', 'not a time zone'],
    ['missing.csv', 'release', 'no such file'],
  ])('does not start with %s and %s, and says why', async (fleetFile, release, why) => {
    const fleet = startMain(fleetFile, release);
    const [said, [code]] = await Promise.all([text(fleet.stderr), once(fleet, 'exit')]);
    expect(said).toContain(why);
    expect(code).toBe(2);
  });
});
