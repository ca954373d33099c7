import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { environment, readConfig } from '../../shared/config.ts';
import { stopDeadlines } from '../../shared/run-process.ts';

const root = join(import.meta.dirname, '../..');
const read = (name: string): string => readFileSync(join(root, name), 'utf8');
const units = readdirSync(join(root, 'deploy/systemd'));

/** The values of a unit by their names; a name may have several. */
const valuesOf = (unit: string, name: string): readonly string[] =>
  [...read(`deploy/systemd/${unit}`).matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(
    ([, value]) => value ?? '',
  );

describe('the units of systemd', () => {
  it('are those of the orchestrator and of any number of workers', () => {
    expect(units.toSorted()).toEqual(['servpack-orchestrator.service', 'servpack-worker@.service']);
  });

  it.each(units)(
    '%s starts a file that exists, as a user of its own that may write two folders at most',
    (unit) => {
      const [command = ''] = valuesOf(unit, 'ExecStart');
      expect(existsSync(join(root, command.split(' ').at(-1) ?? ''))).toBe(true);
      expect(command).toMatch(/^\/opt\/servpack\/node_modules\/\.bin\/node \w+\/main\.ts$/);
      expect(valuesOf(unit, 'User')).toEqual(['servpack']);
      expect(valuesOf(unit, 'ProtectSystem')).toEqual(['strict']);
      expect(valuesOf(unit, 'CapabilityBoundingSet')).toEqual(['']);
      const written = unit.includes('worker') ? [] : ['/srv/servpack'];
      expect(valuesOf(unit, 'ReadWritePaths')).toEqual(written);
    },
  );

  it.each(units)('%s is started again for ever, and has more time to stop than it takes', (unit) => {
    expect([...valuesOf(unit, 'Restart'), ...valuesOf(unit, 'StartLimitIntervalSec')]).toEqual([
      'always',
      '0',
    ]);
    expect(Number(valuesOf(unit, 'TimeoutStopSec')[0]) * 1_000).toBeGreaterThan(
      stopDeadlines.processMs + 5_000,
    );
  });

  it('give the settings that exist, and together with the example valid ones', () => {
    const given = [read('deploy/settings.example'), ...units.flatMap((unit) => valuesOf(unit, 'Environment'))]
      .join('\n')
      .matchAll(/(?:^|[ \n])([A-Z_]+)=(\S+)/g);
    const settings = Object.fromEntries([...given].map(([, name, value]) => [name ?? '', value ?? '']));
    const { NODE_ENV: _, ...ofServpack } = settings;
    expect(Object.keys(ofServpack).filter((name) => !(name in environment.shape))).toEqual([]);
    expect(readConfig({ ...ofServpack, REDIS_PASSWORD_FILE: '' })).toMatchObject({
      ok: true,
      value: { gateway: 'ssh', sshConfig: '/etc/servpack/ssh/ssh.yaml', dataDir: '/var/lib/servpack' },
    });
  });

  it.runIf(existsSync('/usr/bin/systemd-analyze'))('are without a fault for systemd', () => {
    const folder = mkdtempSync(join(tmpdir(), 'servpack-units-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const files = units.map((unit) => {
      const file = join(folder, unit);
      writeFileSync(file, read(`deploy/systemd/${unit}`).replaceAll('/opt/servpack', root));
      return file;
    });
    const said = execFileSync('sh', ['-c', 'systemd-analyze verify "$@" 2>&1 || true', 'sh', ...files], {
      encoding: 'utf8',
    });
    // What systemd finds in other units of this machine is no fault of these.
    expect(said.split('\n').filter((line) => line.includes('servpack-'))).toEqual([]);
  });
});

describe('docs/operations/install.md', () => {
  it('makes the users that deploy/redis.conf names', () => {
    const named = [...read('deploy/redis.conf').matchAll(/^# {3}(user .*)$/gm)].map(([, user]) => user ?? '');
    const made = [...read('docs/operations/install.md').matchAll(/^(user .*)$/gm)].map(
      ([, user]) => user ?? '',
    );
    expect(named).toHaveLength(3);
    const plain = made.map((user) => user.replace(/#\$\(hash_of [a-z-]+\)/, '#SHA256'));
    expect(plain.filter((user) => / (on|off) /.test(user))).toEqual(named);
  });

  it('installs what deploy holds', () => {
    const text = read('docs/operations/install.md');
    for (const name of ['redis.conf', 'settings.example', 'systemd/*.service'])
      expect(text).toContain(`/opt/servpack/deploy/${name}`);
  });
});
