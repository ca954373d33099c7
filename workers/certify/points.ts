import type { Intent } from '../../shared/domain/observation/observation.ts';
import type { Change, GatewayResult } from '../gateways/gateway.ts';
import { type Bench, bring, by, good, look, refused, remove, same } from './bench.ts';
import { filePoints } from './file-points.ts';
import { restartPoints } from './restart-points.ts';
import { servicePoints } from './service-points.ts';
import type { Point } from './point.ts';

const reading: readonly Point[] = [
  {
    says: 'a look changes nothing: two in a row find the same',
    needs: 'reading',
    try: async (bench) => {
      // Programs come and go; what is installed does not.
      const [one, other] = [await look(bench), await look(bench)];
      for (const what of ['bootId', 'configuration', 'versionFile', 'files', 'intent', 'role'] as const)
        same(other[what], one[what], what);
    },
  },
  {
    says: 'a look answers for every file that it was asked for, also for one that is not there',
    needs: 'reading',
    try: async (bench) => {
      const files = [...(bench.file === null ? [] : [bench.file]), 'NO.SUCH'];
      const seen = await look({ ...bench, request: { ...bench.request, files } });
      same(
        seen.files.map(({ name }) => name),
        files,
        'the list of files',
      );
      same(seen.files.at(-1)?.sha256, null, 'the hash of a file that is not there');
      if (bench.file !== null) same(/^[0-9a-f]{64}$/.test(seen.files[0]?.sha256 ?? ''), true, 'a hash');
    },
  },
  {
    says: 'a service that is not there is said not to be there',
    needs: 'reading',
    try: async ({ gateway, target, signal }) =>
      same(await good(gateway.readService(target, 'NO_SUCH_SERVICE', signal)), null, 'the service'),
  },
  {
    says: 'a share that is not there can not be read',
    needs: 'reading',
    try: async ({ gateway, target, signal }) =>
      same(
        await good(gateway.canReadShare(target, '\\\\127.0.0.1\\NO_SUCH_SHARE', signal)),
        false,
        'the answer',
      ),
  },
  {
    says: 'what was given up before it was sent is not sent',
    needs: 'reading',
    try: ({ gateway, target, request }) =>
      refused(gateway.look(target, request, AbortSignal.abort()), 'cutOff', 'a look'),
  },
];

/** Every call that changes something, on what is not there: where a fence let one pass, it would do no harm. */
const harmless = ({ gateway, folder, local }: Bench): readonly [string, (by: Change) => Outcome][] => [
  ['a file that is brought', (where) => gateway.uploadFile(where, local.path, `${folder}\\FENCE.TXT`)],
  ['a copy', (where) => gateway.copyFile(where, `${folder}\\NO.SUCH`, `${folder}\\FENCE.TXT`)],
  ['a removal', (where) => gateway.removeFile(where, `${folder}\\NO.SUCH`)],
  ['a protection', (where) => gateway.protectDirectory(where, `${folder}\\NO.SUCH`, null)],
  [
    'a replacement at the next start',
    (where) => gateway.replaceAtRestart(where, `${folder}\\NO.SUCH`, `${folder}\\FENCE.TXT`),
  ],
  ['a start', (where) => gateway.startService(where, 'NO_SUCH_SERVICE')],
  ['a stop', (where) => gateway.stopService(where, 'NO_SUCH_SERVICE')],
  ['a setting', (where) => gateway.configureService(where, 'NO_SUCH_SERVICE', { startType: 'manual' })],
  ['a removal of a service', (where) => gateway.uninstallService(where, 'NO_SUCH_SERVICE')],
  ['an installation of one', (where) => gateway.installService(where, noSuchService)],
  ['a record of a procedure', (where) => gateway.writeIntent(where, null)],
];

/** Nothing of it is kept, so it would not be installed either. */
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
    says: 'the fence keeps out an older driver, and an equally old other one, whatever they want to change',
    needs: 'changes',
    try: async (bench) => {
      const mine = `${bench.folder}\\FENCE.TXT`;
      await bring(bench, mine);
      for (const [what, call] of harmless(bench)) {
        await refused(call(by(bench, 'older', -1)), 'fenced', `${what} by an older driver`);
        await refused(call(by(bench, 'twin', 0)), 'fenced', `${what} by an equally old other driver`);
      }
      await bring(bench, mine);
      await remove(bench, mine);
    },
  },
];

const intents: readonly Point[] = [
  {
    says: 'the record of a procedure comes back as it was written, is seen in a look, and goes',
    needs: 'changes',
    try: async (bench) => {
      const { gateway, target, signal } = bench;
      const read = () => good(gateway.readIntent(target, signal));
      same(await read(), null, 'the record before');
      await good(gateway.writeIntent(by(bench), sampleIntent));
      same(await read(), sampleIntent, 'the record');
      same((await look(bench)).intent, sampleIntent, 'the record in a look');
      await good(gateway.writeIntent(by(bench), null));
      same(await read(), null, 'the record afterwards');
    },
  },
];

/** Of a step that has changed nothing: whoever finds it takes it away. */
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

/** In the order in which they are tried: the restarts come last. */
export const points: readonly Point[] = [
  ...reading,
  ...fence,
  ...filePoints,
  ...intents,
  ...servicePoints,
  ...restartPoints(sampleIntent),
];
