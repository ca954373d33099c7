import { isSameBoot } from '../../shared/domain/observation/boot.ts';
import type { Intent } from '../../shared/domain/observation/observation.ts';
import type { Change, GatewayResult } from '../../shared/execution/gateway.ts';
import {
  bring,
  changeBy,
  expectRefused,
  expectSame,
  look,
  type Point,
  remove,
  type SpareMachine,
  valueOf,
} from './spare-machine.ts';
import { filePoints } from './file-points.ts';
import { restartPoints } from './restart-points.ts';
import { servicePoints } from './service-points.ts';

const reading: readonly Point[] = [
  {
    says: 'a look changes nothing: two in a row find the same',
    needs: 'reading',
    try: async (machine) => {
      // Running programs change from look to look; what is installed does not.
      const [one, other] = [await look(machine), await look(machine)];
      expectSame(isSameBoot(other.bootId, one.bootId), true, 'that both are of one boot');
      for (const what of ['configuration', 'versionFile', 'files', 'intent', 'role'] as const)
        expectSame(other[what], one[what], what);
    },
  },
  {
    says: 'a look answers for every file that it was asked for, also for one that is not there',
    needs: 'reading',
    try: async (machine) => {
      const files = [...(machine.file === null ? [] : [machine.file]), 'NO.SUCH'];
      const seen = await look({ ...machine, request: { ...machine.request, files } });
      expectSame(
        seen.files.map(({ name }) => name),
        files,
        'the list of files',
      );
      expectSame(seen.files.at(-1)?.sha256, null, 'the hash of a file that is not there');
      if (machine.file !== null)
        expectSame(/^[0-9a-f]{64}$/.test(seen.files[0]?.sha256 ?? ''), true, 'a hash');
    },
  },
  {
    says: 'a service that is not there is said not to be there',
    needs: 'reading',
    try: async ({ gateway, target, signal }) =>
      expectSame(await valueOf(gateway.readService(target, 'NO_SUCH_SERVICE', signal)), null, 'the service'),
  },
  {
    says: 'a share that is not there cannot be read',
    needs: 'reading',
    try: async ({ gateway, target, signal }) =>
      expectSame(
        await valueOf(gateway.canReadShare(target, '\\\\127.0.0.1\\NO_SUCH_SHARE', signal)),
        false,
        'the answer',
      ),
  },
  {
    says: 'a call that is given up before it is sent is not sent',
    needs: 'reading',
    try: ({ gateway, target, request }) =>
      expectRefused(gateway.look(target, request, AbortSignal.abort()), 'cutOff', 'a look'),
  },
];

/** Every changing call, for a name that is not there: a call that passes the fence does no harm. */
const harmlessChanges = ({
  gateway,
  folder,
  sample,
}: SpareMachine): readonly [string, (change: Change) => Outcome][] => [
  ['a file that is brought', (change) => gateway.uploadFile(change, sample.path, `${folder}\\FENCE.TXT`)],
  ['a copy', (change) => gateway.copyFile(change, `${folder}\\NO.SUCH`, `${folder}\\FENCE.TXT`)],
  ['a removal', (change) => gateway.removeFile(change, `${folder}\\NO.SUCH`)],
  ['a protection', (change) => gateway.protectDirectory(change, `${folder}\\NO.SUCH`, null)],
  [
    'a replacement at the next start',
    (change) => gateway.replaceAtRestart(change, `${folder}\\NO.SUCH`, `${folder}\\FENCE.TXT`),
  ],
  ['a start', (change) => gateway.startService(change, 'NO_SUCH_SERVICE')],
  ['a stop', (change) => gateway.stopService(change, 'NO_SUCH_SERVICE')],
  ['a setting', (change) => gateway.configureService(change, 'NO_SUCH_SERVICE', { startType: 'manual' })],
  ['a removal of a service', (change) => gateway.uninstallService(change, 'NO_SUCH_SERVICE')],
  ['an installation of one', (change) => gateway.installService(change, noSuchService)],
  ['a record of a procedure', (change) => gateway.writeIntent(change, null)],
];

/** The machine keeps no settings of this service, so it could not be installed either. */
const noSuchService = {
  name: 'NO_SUCH_SERVICE',
  imagePath: 'C:\\NO.SUCH',
  startType: 'disabled',
  account: 'LocalSystem',
  dependsOn: [],
} as const;

type Outcome = Promise<GatewayResult<void>>;

const fence: readonly Point[] = [
  {
    says: 'the fence refuses every change by an older driver, and by another driver with an equally old fence',
    needs: 'changes',
    try: async (machine) => {
      const path = `${machine.folder}\\FENCE.TXT`;
      await bring(machine, path);
      for (const [what, call] of harmlessChanges(machine)) {
        await expectRefused(call(changeBy(machine, 'older', -1)), 'fenced', `${what} by an older driver`);
        await expectRefused(
          call(changeBy(machine, 'twin', 0)),
          'fenced',
          `${what} by an equally old other driver`,
        );
      }
      await bring(machine, path);
      await remove(machine, path);
    },
  },
];

const intents: readonly Point[] = [
  {
    says: 'the record of a procedure comes back as it was written, is seen in a look, and is removed',
    needs: 'changes',
    try: async (machine) => {
      const { gateway, target, signal } = machine;
      const read = () => valueOf(gateway.readIntent(target, signal));
      expectSame(await read(), null, 'the record before');
      await valueOf(gateway.writeIntent(changeBy(machine), sampleIntent));
      expectSame(await read(), sampleIntent, 'the record');
      expectSame((await look(machine)).intent, sampleIntent, 'the record in a look');
      await valueOf(gateway.writeIntent(changeBy(machine), null));
      expectSame(await read(), null, 'the record afterwards');
    },
  },
];

/** The intent of a step that has changed nothing: a driver that finds it removes it. */
const sampleIntent: Intent = {
  campaign: 'certify',
  direction: 'forward',
  step: 'record',
  kind: 'swap',
  preImage: {
    service: null,
    directory: 'C:\\A directory (x86)',
    staging: 'C:\\staging & co',
    backup: "C:\\it's kept",
    keepsBackup: false,
    files: [{ name: 'a 100% file.dll', before: null, after: '0'.repeat(64) }],
  },
};

/** All points in the order in which they are tried: the restarts come last. */
export const points: readonly Point[] = [
  ...reading,
  ...fence,
  ...filePoints,
  ...intents,
  ...servicePoints,
  ...restartPoints(sampleIntent),
];
