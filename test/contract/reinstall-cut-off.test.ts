import { patienceMs } from '../environment/patience.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../shared/clock.ts';
import type { PreImage } from '../../shared/domain/observation/observation.ts';
import { targetOf } from '../../shared/execution/gateway.ts';
import { connectSshGateway, type SshGateway } from '../../workers/gateways/windows-ssh/gateway.ts';
import { fingerprintOf } from '../../workers/gateways/windows-ssh/config/known-hosts.ts';
import { recordService, reinstall } from '../../shared/execution/remediation/relocate.ts';
import type { StepContext } from '../../shared/execution/command-context.ts';
import { rules } from '../domain/given.ts';
import { type OneMachine, openOneMachine } from '../lab/ssh/one-machine.ts';
import { makeSshKeys } from '../lab/ssh/server.ts';
import { expectFailure, valueOf } from './contract-clients.ts';
import { settingsWith } from './ssh-settings.ts';

/**
 * A driver is lost at each command that deletes and installs a service; the client still runs the
 * command. The next driver finishes, and the settings that no look shows are kept too.
 */
const name = 'SMS_PACKAGE_COMMAND_MANAGER_NT';
const keys = makeSshKeys();
const relocatable = {
  [name.toLowerCase()]: {
    executable: 'pcmsvc32.exe',
    to: 'C:\\SMS_PCM',
    keys: [],
    moveBy: 'reinstall',
    settleMs: 0,
  },
} as const;
/** A value below the key of the service, for which no look asks. */
const unseen = {
  [`hkey_local_machine\\system\\currentcontrolset\\services\\${name}\\parameters\\wanted`]: '1',
};

let lab: OneMachine;
let gateway: SshGateway;
let heard: (line: string) => void;
beforeEach(async () => {
  heard = () => undefined;
  const hear = {
    commanded: (line: string) => heard(line),
    connected: () => undefined,
    askedForFile: () => undefined,
  };
  lab = await openOneMachine('pcmInBin', keys, { hear });
  lab.machine.services = lab.machine.services.map((service) =>
    service.name === name ? { ...service, account: 'LocalSystem', kept: unseen } : service,
  );
  gateway = connectSshGateway({ settings: settingsWith(keys), deadlineMs: patienceMs });
});
afterEach(async () => {
  await gateway.close();
  await lab.close();
});

const driver = (counter: number, signal = AbortSignal.timeout(patienceMs)): StepContext => ({
  rules: { ...rules, product: { ...rules.product, relocatable } },
  gateway,
  change: {
    target: targetOf({
      client: lab.client,
      host: '127.0.0.1',
      port: lab.server.port,
      hostKeys: [fingerprintOf(keys.hostKeyBytes)],
    }),
    fence: { counter, owner: `driver-${counter}` },
    signal,
  },
  clock: systemClock,
  releaseFolder: { pathOf: () => Promise.reject(new Error('no file is brought')) },
});

const service = () => lab.machine.services.find((each) => each.name === name);
const keptFile = () =>
  [...lab.machine.disk.changes].find(([path, is]) => path.endsWith('service.reg') && is !== null);

/** Loses the driver when this command has reached the client. */
async function lostAt(command: string, preImage: PreImage, imagePath: string): Promise<void> {
  const lost = new AbortController();
  heard = (line) => (line.includes(command) ? lost.abort() : undefined);
  expectFailure(await reinstall(driver(1, lost.signal), preImage, imagePath), 'cutOff');
  heard = () => undefined;
}

test('a service whose account got a password meanwhile is not deleted', async () => {
  const preImage = valueOf(await recordService(driver(1), 'relocation', name));
  if (preImage === null) throw new Error('it is there already');
  valueOf(await reinstall(driver(1), preImage, preImage.to));
  lab.machine.services = lab.machine.services.map((each) =>
    each.name === name ? { ...each, account: 'CORP\\SMSService' } : each,
  );
  const now = service();
  expectFailure(await reinstall(driver(1), preImage, preImage.from), 'failed');
  expect(service()).toEqual(now);
});

test('a service that is marked for deletion is kept without this mark', async () => {
  lab.machine.markedForDeletion = [name];
  const deleted = await gateway.uninstallService(driver(1).change, name);
  expectFailure(deleted, 'failed');
  expect(JSON.stringify(deleted)).toContain('marked for that already');
  expect(keptFile()).toBeUndefined();
});

describe.each(['sc delete ', 'sc create ', 'reg import ', 'sc config '])(
  'a driver that is lost at %s',
  (command) => {
    test('leaves a service that the next driver installs, forward and back', async () => {
      const preImage = valueOf(await recordService(driver(1), 'relocation', name));
      if (preImage === null) throw new Error('it is there already');
      const before = { ...service(), state: 'stopped', pid: null };
      await lostAt(command, preImage, preImage.to);
      valueOf(await reinstall(driver(2), preImage, preImage.to));
      expect(service()).toEqual({ ...before, imagePath: preImage.to });
      expect(keptFile()).toBeUndefined();
      valueOf(await reinstall(driver(2), preImage, preImage.from));
      expect(service()).toEqual(before);
    });

    test('leaves a service that the way back finds', async () => {
      const preImage = valueOf(await recordService(driver(1), 'relocation', name));
      if (preImage === null) throw new Error('it is there already');
      const before = { ...service(), state: 'stopped', pid: null };
      await lostAt(command, preImage, preImage.to);
      valueOf(await reinstall(driver(2), preImage, preImage.from));
      expect(service()).toEqual(before);
      expect(keptFile()).toBeUndefined();
    });
  },
);
