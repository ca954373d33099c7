import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkDataFolder } from '../../orchestrator/doctor/data-folder.ts';
import { sealingFixture, steps } from './sealing-fixture.ts';

// Runs in a mount namespace of its own (`full-disk.test.ts`): the data folder has room, its folder
// `audit` lies on a disk of 256 KiB.

const [folder = '', room = '0'] = process.argv.slice(2);
const audit = join(folder, 'audit');
const sealing = sealingFixture({ folder: audit });
const filler = join(audit, 'filler');

await steps(sealing.store, 1, 'early');
await sealing.sealer.round();
const whole = sealing.lines();
const { bavail, bsize } = statfsSync(audit);
writeFileSync(filler, Buffer.alloc(bavail * bsize - Number(room)));
await steps(sealing.store, 200, 'late');
const refused = await sealing.sealer.round().then(
  () => null,
  (error: Error) => error.message,
);
const checks = checkDataFolder(folder);
const onFullDisk = {
  refused,
  head: (await sealing.store.readSeal(0)).head?.number,
  isAsBefore: JSON.stringify(sealing.lines()) === JSON.stringify(whole),
  found: checks.filter(({ area, state }) => area === 'audit' && state === 'broken').map(({ says }) => says),
};
rmSync(filler);
await sealing.sealer.round();
const verdict = await sealing.verify();
const { faults, torn } = verdict;
console.log(JSON.stringify({ ...onFullDisk, after: { faults, torn, entries: verdict.chains[0]?.entries } }));
