import {
  bring,
  changeBy,
  expectRefused,
  expectSame,
  hashOf,
  type Point,
  remove,
  type SpareMachine,
  valueOf,
} from './spare-machine.ts';

const one = ({ folder }: SpareMachine): string => `${folder}\\ONE.TXT`;
const two = ({ folder }: SpareMachine): string => `${folder}\\TWO & (2).TXT`;

/** Protects the folder of the trial. @param allowed paths of files that may be in it */
const protect = (machine: SpareMachine, allowed: readonly string[]) =>
  machine.gateway.protectDirectory(
    changeBy(machine),
    machine.folder,
    allowed.map((path) => path.slice(machine.folder.length + 1)),
  );

export const filePoints: readonly Point[] = [
  {
    says: 'a file is brought into a new folder and has its hash there',
    needs: 'changes',
    try: async (machine) => {
      expectSame(await hashOf(machine, one(machine)), null, 'the hash before');
      await bring(machine, one(machine));
      expectSame(await hashOf(machine, one(machine)), machine.sample.sha256, 'the hash');
    },
  },
  {
    says: 'a file is copied under a name with spaces and signs, and copied again over itself',
    needs: 'changes',
    try: async (machine) => {
      await bring(machine, one(machine));
      for (const _time of ['first', 'again']) {
        await valueOf(machine.gateway.copyFile(changeBy(machine), one(machine), two(machine)));
        expectSame(await hashOf(machine, two(machine)), machine.sample.sha256, 'the hash of the copy');
      }
      await remove(machine, two(machine));
    },
  },
  {
    says: 'a file that is not there is not copied, and removing one is fine',
    needs: 'changes',
    try: async (machine) => {
      const missing = `${machine.folder}\\NO.SUCH`;
      await expectRefused(
        machine.gateway.copyFile(changeBy(machine), missing, two(machine)),
        'failed',
        'copying it',
      );
      expectSame(await hashOf(machine, two(machine)), null, 'the hash of what was not copied');
      await remove(machine, missing);
    },
  },
  {
    says: 'a folder is protected, and servpack can still write there',
    needs: 'changes',
    try: async (machine) => {
      await bring(machine, one(machine));
      await valueOf(protect(machine, [one(machine)]));
      await bring(machine, one(machine));
      expectSame(await hashOf(machine, one(machine)), machine.sample.sha256, 'the hash');
    },
  },
  {
    says: 'a folder that holds another file is protected and refused, and the other file is named',
    needs: 'changes',
    try: async (machine) => {
      await bring(machine, one(machine));
      await bring(machine, two(machine));
      const result = await protect(machine, [one(machine)]);
      expectSame(result.ok ? null : result.error.kind, 'failed', 'the refusal');
      const message = result.ok ? '' : result.error.message;
      expectSame(
        message.toLowerCase().includes('holds two & (2).txt,'),
        true,
        `that it is named in "${message}"`,
      );
      // Windows ignores case in names, and the refusal has removed nothing.
      await valueOf(protect(machine, [one(machine).toLowerCase(), two(machine).toUpperCase()]));
      expectSame(await hashOf(machine, two(machine)), machine.sample.sha256, 'the hash of the other file');
      await remove(machine, two(machine));
    },
  },
  {
    says: 'a folder is gone with its last file',
    needs: 'changes',
    try: async (machine) => {
      await bring(machine, one(machine));
      await remove(machine, one(machine));
      expectSame(await hashOf(machine, one(machine)), null, 'the hash afterwards');
      await expectRefused(protect(machine, []), 'failed', 'protecting it');
    },
  },
];
