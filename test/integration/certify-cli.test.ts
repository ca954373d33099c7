import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { PointFound } from '../../shared/certify-protocol.ts';
import { fingerprintOf } from '../../workers/gateways/windows-ssh/config/known-hosts.ts';
import { type OneMachine, openOneMachine } from '../lab/ssh/one-machine.ts';
import { type SshKeys, makeSshKeys } from '../lab/ssh/server.ts';
import { runCli } from '../fixtures/run-cli.ts';

/** `servpack certify` over real SSH, to a machine of the lab whose sshd runs a model of cmd.exe. */

const service = 'SMS_PACKAGE_COMMAND_MANAGER_NT';
const keys = makeSshKeys();
const folder = mkdtempSync(join(tmpdir(), 'servpack-certify-cli-'));
const sshConfig = join(folder, 'ssh.yaml');
beforeAll(() => {
  writeFileSync(join(folder, 'id'), keys.userKey, { mode: 0o600 });
  writeFileSync(join(folder, 'known_hosts'), '');
  writeFileSync(sshConfig, 'user: servpack\nkeyFile: id\nknownHosts: known_hosts\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

let lab: OneMachine;
beforeEach(async () => {
  lab = await openOneMachine('pcmInBin', keys);
});
afterEach(() => lab.close());

const certify = (...options: readonly string[]) => certifyWith(keys, ...options);

const certifyWith = ({ hostKeyBytes }: SshKeys, ...options: readonly string[]) => {
  const way = ['--port', String(lab.server.port), '--host-key', fingerprintOf(hostKeyBytes)];
  return runCli(['certify', '127.0.0.1', '--product', 'sms-1.2', ...way, ...options], {
    env: { SERVPACK_SSH_CONFIG: sshConfig },
  });
};

interface Answer {
  readonly system: string;
  readonly points: readonly PointFound[];
  readonly differ: number;
  readonly notTried: number;
}

describe('servpack certify', () => {
  test('prints which points hold on a machine, and leaves the machine as it was', async () => {
    const before = structuredClone({ services: lab.machine.services, boots: lab.machine.boots });
    const { code, stdout, stderr } = await certify('--service', service, '--restart', '--yes');
    expect(stderr).toBe('');
    expect(stdout).toContain('127.0.0.1: Microsoft Windows [Version 10.0.19045]\n');
    expect(stdout).toContain(
      'holds    the service is moved to another folder and runs from there, and is moved back\n',
    );
    expect(stdout).toMatch(/127\.0\.0\.1: \d\d points hold, 0 differ, 0 not tested\n$/);
    expect(code).toBe(0);
    expect(lab.machine.boots).toBe(before.boots + 2);
    const settings = ({ startType, imagePath, state }: (typeof before.services)[number]) => [
      startType,
      imagePath,
      state,
    ];
    expect(lab.machine.services.map(settings)).toEqual(before.services.map(settings));
  });

  test('only reads with --read-only, with text and with JSON', async () => {
    const { code, stdout } = await certify('--read-only', '--json');
    const answer = JSON.parse(stdout) as Answer;
    expect(code).toBe(0);
    expect(answer).toMatchObject({ host: '127.0.0.1', differ: 0, left: [] });
    expect(answer.points.filter(({ end }) => end === 'holds')).toHaveLength(5);
    expect(answer.notTried).toBeGreaterThan(8);
    expect(lab.machine.journal).toEqual([]);
  });

  test('changes nothing without --yes when there is no terminal to ask on', async () => {
    const { code, stderr } = await certify('--service', service);
    expect(stderr).toContain('add --yes to start the test');
    expect(code).toBe(2);
    expect(lab.server.commands()).toBe(0);
  });

  test('prints what differs in red, and ends with an exit code of its own', async () => {
    // Without the right to log on as a service, a stopped service does not start again.
    await lab.close();
    lab = await openOneMachine('rightLost', keys);
    const { code, stdout } = await certify('--service', service, '--yes');
    expect(stdout).toContain('DIFFERS  the service is stopped');
    expect(stdout).toContain('1069');
    expect(stdout).toContain('NOT PUT BACK');
    expect(code).toBe(1);
  });

  test('tries nothing on a machine that does not answer or shows another key', async () => {
    const refused = await certifyWith(makeSshKeys(), '--read-only', '--json');
    expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: 'certify.unreachable' } });
    expect(refused.code).toBe(1);
    expect(lab.server.commands()).toBe(0);
  });

  test('says which option is missing to reach the machine', async () => {
    const { code, stderr } = await runCli(['certify', 'spare-pc', '--read-only']);
    expect(stderr).toContain('SERVPACK_SSH_CONFIG is not set');
    expect(code).toBe(1);
  });

  test('refuses a path that is no folder before it sends anything', async () => {
    const { code, stderr } = await certify('--folder', 'C:\\A&"B', '--yes');
    expect(stderr).toContain('--folder: must be a path');
    expect(code).toBe(2);
    expect(lab.server.commands()).toBe(0);
  });
});
