import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { blockersOf } from '../../shared/domain/observation/blocker.ts';
import type { PreImage, Service } from '../../shared/domain/observation/observation.ts';
import type { StepName } from '../../shared/domain/remediation/procedure.ts';
import type { StepContext } from '../../shared/execution/command-context.ts';
import { type Gateway, type Target, targetOf } from '../../shared/execution/gateway.ts';
import { fingerprintOf } from '../../workers/gateways/windows-ssh/config/known-hosts.ts';
import { runningThere } from '../../workers/gateways/windows-ssh/look/read-look.ts';
import { connectSshGateway } from '../../workers/gateways/windows-ssh/gateway.ts';
import { recordService, serviceSteps } from '../../shared/execution/remediation/relocate.ts';
import { valueOf } from '../contract/contract-clients.ts';
import { settingsWith } from '../contract/ssh-settings.ts';
import { rules } from '../domain/given.ts';
import { patienceMs } from '../environment/patience.ts';
import { type OneMachine, openOneMachine } from '../lab/ssh/one-machine.ts';
import { makeSshKeys } from '../lab/ssh/server.ts';

/**
 * A service whose image path is another spelling of the same file blocks the update as any other,
 * can be relocated, and gets back the spelling and the registry type that it had.
 */
const keys = makeSshKeys();
const name = 'SMS_PACKAGE_COMMAND_MANAGER_NT';
const signal = AbortSignal.timeout(patienceMs);
const home = 'C:\\MS\\SMS\\BIN\\PCMSVC32.EXE';

let lab: OneMachine;
let gateway: Gateway;
let target: Target;

beforeEach(async () => {
  lab = await openOneMachine('pcmInBin', keys);
  gateway = connectSshGateway({ settings: settingsWith(keys), deadlineMs: patienceMs });
  const hostKeys = [fingerprintOf(keys.hostKeyBytes)];
  target = targetOf({ client: lab.client, host: '127.0.0.1', port: lab.server.port, hostKeys });
});
afterEach(async () => {
  await gateway.close();
  await lab.close();
});

function store(changes: Pick<Service, 'imagePath' | 'pathType'>): void {
  lab.machine.services = lab.machine.services.map((service) =>
    service.name === name ? { ...service, ...changes } : service,
  );
}

const stored = (): Service | undefined => lab.machine.services.find((each) => each.name === name);

const contextOf = () =>
  ({
    gateway,
    rules,
    change: { target, fence: { counter: 1, owner: 'driver' }, signal },
    clock: { now: () => Date.now(), realDelay: () => 0 },
    releaseFolder: { pathOf: () => Promise.reject(new Error('no file is brought')) },
  }) as unknown as StepContext;

const spellings = [
  `"${home}" -svc`,
  '%SystemDrive%\\MS\\SMS\\BIN\\PCMSVC32.EXE -svc',
  '"%systemdrive%\\MS\\SMS\\BIN\\PCMSVC32.EXE"',
  `\\??\\${home}`,
  'C:\\MS\\SMS\\BIN\\PCMSVC32',
  'C:/ms/sms/bin/pcmsvc32.exe',
];

describe.each(spellings)('the image path %s', (imagePath) => {
  test('is that of the blocker', async () => {
    store({ imagePath });
    const { componentDirectory } = rules.product;
    const request = { componentDirectory, files: [], services: [name] };
    const seen = valueOf(await gateway.look(target, request, signal));
    expect(seen.services).toMatchObject([{ imagePath }]);
    const blockers = blockersOf(rules.product, { ...seen, servicePack: null } as never);
    expect(blockers).toMatchObject([{ kind: 'service', service: name, structural: true }]);
  });

  test('comes back as it was, with its type, after a relocation and its way back', async () => {
    for (const typed of [{}, { pathType: 'REG_SZ' as const }]) {
      store({ imagePath });
      store({ imagePath, ...typed });
      const context = contextOf();
      const preImage = valueOf(await recordService(context, 'relocation', name)) as PreImage;
      const take = async (step: StepName) =>
        valueOf((await serviceSteps[step]?.(context, name, preImage)) as never);
      for (const step of ['stop', 'copy', 'protect', 'repoint', 'start', 'prove'] as const) await take(step);
      const args = imagePath.includes('-svc') ? ' -svc' : '';
      expect(stored()?.imagePath.replaceAll('"', '')).toBe(`C:\\SMS_PCM\\pcmsvc32.exe${args}`);
      for (const step of ['stop', 'pointBack', 'startAgain', 'removeCopy'] as const) await take(step);
      const after = stored();
      expect(after).toMatchObject({ imagePath, state: 'running' });
      expect(after?.pathType).toBe('pathType' in typed ? 'REG_SZ' : undefined);
      lab.machine.services = lab.machine.services.map(({ pathType: _type, ...each }) => each);
    }
  });
});

test('a service elsewhere whose variable leads elsewhere blocks nothing', async () => {
  store({ imagePath: '%ProgramFiles%\\PCMSVC32.EXE' });
  const read = valueOf(await gateway.readService(target, name, signal));
  expect(read).toMatchObject({ executable: 'C:\\Program Files\\PCMSVC32.EXE' });
});

test('a short name is read as the long one', async () => {
  lab.machine.disk.changes.set('c:\\program files\\genericagent\\agentsvc.exe', {
    sha256: 'a'.repeat(64),
    size: 1,
    text: null,
  });
  store({ imagePath: 'C:\\PROGRA~1\\GENERI~1\\AGENTSVC.EXE -svc' });
  const read = valueOf(await gateway.readService(target, name, signal));
  expect(read?.executable?.toLowerCase()).toBe('c:\\program files\\genericagent\\agentsvc.exe');
});

test('an image path that the client does not tell proves nothing: the locked file and the name of the process count', () => {
  const service: Service = {
    name,
    imagePath: 'C:\\PROGRA~1\\SMS\\PCMSVC32.EXE',
    startType: 'automatic',
    state: 'running',
    pid: 7,
    account: 'LocalSystem',
    dependsOn: [],
  };
  const seen = {
    listed: [{ executable: 'PCMSVC32.EXE', pid: 7, session: 0 }],
    locked: ['PCMSVC32.EXE'],
    bootedAt: 0,
    users: [],
  } as never;
  const request = { componentDirectory: rules.product.componentDirectory, files: [], services: [name] };
  const processes = runningThere(request, seen, [service], new Map());
  expect(processes).toMatchObject([{ pid: 7, imagePath: home }]);
  const found = { processes, locked: ['pcmsvc32.exe'], services: [service], servicePack: null } as never;
  expect(blockersOf(rules.product, found)).toMatchObject([{ kind: 'service', structural: true }]);
});
