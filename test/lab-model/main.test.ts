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
  writeFileSync(join(folder, 'german.csv'), 'Rechnername;Standort\nPC-1;Bonn\nPC-2;Bonn\n');
  writeFileSync(
    join(folder, 'bad.csv'),
    'client,host,logonServer,zone,role,labels\nPC1,pc1,LS1,Nowhere/Land,workstation,\n',
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

function startMain(
  fleetFile: string,
  release: string,
  more: readonly string[] = [],
): ChildProcessByStdio<null, Readable, Readable> {
  const files = ['--fleet', join(folder, fleetFile), '--release', join(folder, release)];
  const anchor = JSON.stringify({ labAt: Date.UTC(2026, 10, 23, 5), realAt: Date.now(), speed: 100 });
  const seed = ['--seed', 's', '--ready-file', join(folder, 'ready')];
  return spawn(process.execPath, [main, ...files, ...seed, ...more], {
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
    ['german.csv', 'release', 'line 2: client: '],
    ['german.csv', 'release', 'expected a file as "servpack fleet export" prints it'],
  ])('does not start with %s and %s, and says why', async (fleetFile, release, why) => {
    const fleet = startMain(fleetFile, release);
    const [said, [code]] = await Promise.all([text(fleet.stderr), once(fleet, 'exit')]);
    expect(said).toContain(why);
    expect(code).toBe(2);
  });

  it('names one fault of a file in which every line has it', async () => {
    const fleet = startMain('german.csv', 'release');
    const said = await text(fleet.stderr);
    expect(said.trim().split('\n')).toHaveLength(1);
  });

  it.each([
    ['--prot', "error: unknown option '--prot'\n(Did you mean --port?)\n"],
    [
      '--port=x',
      "error: option '--port <n>' argument 'x' is invalid. expected a whole number from 0 to 65535\n",
    ],
  ])('refuses %s in a sentence', async (option, sentence) => {
    const fleet = startMain('fleet.csv', 'release', [option]);
    const [said, [code]] = await Promise.all([text(fleet.stderr), once(fleet, 'exit')]);
    expect({ said, code }).toEqual({ said: sentence, code: 1 });
  });

  it('simulates the product of a profile on every workstation', async () => {
    const profile = resolve(import.meta.dirname, '../../examples/products/zabbix-agent-2.yaml');
    const fleet = startMain('fleet.csv', 'release', ['--profile', profile]);
    try {
      const [line] = (await once(fleet.stdout, 'data')) as [Buffer];
      const control = connectFleetControl(JSON.parse(line.toString()) as { port: number });
      const { clients } = await control.truth();
      await control.close();
      const [pc] = clients;
      expect(pc?.services).toContainEqual(
        expect.objectContaining({
          name: 'Zabbix Agent 2',
          imagePath: 'C:\\Program Files\\Zabbix Agent 2\\zabbix_agent2.exe',
          running: true,
        }),
      );
    } finally {
      fleet.kill('SIGKILL');
    }
  });

  it('says of a product that it cannot simulate why', async () => {
    const profile = resolve(import.meta.dirname, '../../shared/products/sms-1.2.yaml');
    const fleet = startMain('fleet.csv', 'release', ['--profile', profile]);
    const [said, [code]] = await Promise.all([text(fleet.stderr), once(fleet, 'exit')]);
    expect(said).toContain('products of the route push with a swap.service; sms-1.2 is neither');
    expect(code).toBe(2);
  });
});
