import { expect } from 'vitest';
import type { Intent, Service } from '../../shared/domain/observation/observation.ts';
import type { smsMethods } from '../products/given.ts';
import type { Change, Gateway, GatewayResult, Target } from '../../shared/execution/gateway.ts';

/**
 * The clients of the gateway contract. Each test has new clients, without traces of an earlier
 * test.
 */
export interface ContractClients {
  readonly gateway: Gateway;
  /** Another connection to the same clients. */
  connect(): Gateway;
  /** A client whose service runs out of the component directory; no user is logged on. */
  readonly target: Target;
  /** A client that is switched off. */
  readonly gone: Target;
  readonly componentDirectory: string;
  /** A file of the component directory that nothing runs from. */
  readonly file: string;
  /** The running service: its name, and its executable's full path. Its account has no password. */
  readonly service: { readonly name: string; readonly executable: string };
  /** How a client is marked and updated, by the profile of its product. */
  readonly methods: ReturnType<typeof smsMethods>;
  /** A directory that does not exist. */
  readonly newDirectory: string;
  /** A user without administrator rights puts a file there. The user owns a folder that is new. */
  plant(path: string): Promise<void>;
  /** The rights on a path, read from the client without a gateway. */
  rightsOf(path: string): Promise<Rights>;
  /** The first fence counter that the client has not seen. */
  readonly fence: number;
  /** Lets the client do some work, for example go on with a restart. */
  breathe(): Promise<void>;
  close(): Promise<void>;
}

export interface Rights {
  readonly isOfAdministrators: boolean;
  /** Whether an entry of the path itself lets others in than administrators and the system. */
  readonly letsOthersIn: boolean;
}

/** Every call that changes a client, on the service and the path that a test is about. */
export function everyChange(
  { gateway, service, methods }: Pick<ContractClients, 'gateway' | 'service' | 'methods'>,
  path: string,
) {
  return Object.entries({
    mark: (where: Change) => gateway.mark(where, methods.mark),
    unmark: (where: Change) => gateway.unmark(where, methods.phase),
    runUpdate: (where: Change) => gateway.runUpdate(where, methods.run),
    restart: (where: Change) => gateway.restart(where),
    notify: (where: Change) => gateway.notify(where, 'x'),
    stopService: (where: Change) => gateway.stopService(where, service.name),
    uninstallService: (where: Change) => gateway.uninstallService(where, service.name),
    installService: (where: Change) =>
      gateway.installService(where, {
        name: service.name,
        imagePath: service.executable,
        startType: 'automatic',
        account: 'LocalSystem',
        dependsOn: [],
      }),
    startService: (where: Change) => gateway.startService(where, service.name),
    configureService: (where: Change) =>
      gateway.configureService(where, service.name, { startType: 'manual' }),
    copyFile: (where: Change) => gateway.copyFile(where, service.executable, path),
    uploadFile: (where: Change) => gateway.uploadFile(where, import.meta.filename, path),
    replaceAtRestart: (where: Change) => gateway.replaceAtRestart(where, service.executable, path),
    removeFile: (where: Change) => gateway.removeFile(where, path),
    checkTarget: (where: Change) =>
      gateway.checkTarget(where, {
        from: service.executable,
        to: path,
        apartFrom: service.executable.slice(0, service.executable.lastIndexOf('\\')),
        allowed: null,
      }),
    protectDirectory: (where: Change) => gateway.protectDirectory(where, path, null),
    takeOver: (where: Change) => gateway.takeOver(where),
    writeIntent: (where: Change) => gateway.writeIntent(where, null),
  } satisfies Record<string, (where: Change) => Promise<GatewayResult<unknown>>>);
}

export const intentOf = (service: Service, sha256: string, to: string): Intent => ({
  kind: 'relocation',
  campaign: 'contract',
  direction: 'forward',
  step: 'stop',
  preImage: { service, sha256, from: service.imagePath, to },
});

/** The value of a successful answer; throws the failure of another one. */
export function valueOf<T>(answer: GatewayResult<T>): T {
  if (answer.ok) return answer.value;
  throw new Error(`${answer.error.kind}: ${answer.error.message}`);
}

export function expectFailure(answer: GatewayResult<unknown>, kind: string): void {
  expect(answer).toMatchObject({ ok: false, error: { kind } });
}

/** A record of so many files, with names that are not plain. */
export const swapIntentOf = (files: number, sha256: string): Intent => ({
  campaign: 'contract',
  direction: 'forward',
  step: 'stage',
  kind: 'swap',
  preImage: {
    service: null,
    directory: 'C:\\AGENT',
    staging: 'C:\\AGENT.NEW',
    backup: 'C:\\AGENT.OLD',
    keepsBackup: false,
    files: Array.from({ length: files }, (_, n) => ({
      name: `größe & ^'(${n}).dll`,
      before: n % 7 === 0 ? null : sha256,
      after: sha256,
    })),
  },
});
