import { type Bench, bring, by, good, hashOf, refused, remove, same } from './bench.ts';
import type { Point } from './point.ts';

const one = ({ folder }: Bench): string => `${folder}\\ONE.TXT`;
const two = ({ folder }: Bench): string => `${folder}\\TWO & (2).TXT`;

/** Protects the folder; these paths may be in it. */
const protect = (bench: Bench, allowed: readonly string[]) =>
  bench.gateway.protectDirectory(
    by(bench),
    bench.folder,
    allowed.map((path) => path.slice(bench.folder.length + 1)),
  );

export const filePoints: readonly Point[] = [
  {
    says: 'a file is brought into a new folder and has its hash there',
    needs: 'changes',
    try: async (bench) => {
      same(await hashOf(bench, one(bench)), null, 'the hash before');
      await bring(bench, one(bench));
      same(await hashOf(bench, one(bench)), bench.local.sha256, 'the hash');
    },
  },
  {
    says: 'a file is copied under a name with spaces and signs, and copied again over itself',
    needs: 'changes',
    try: async (bench) => {
      await bring(bench, one(bench));
      for (const _time of ['first', 'again']) {
        await good(bench.gateway.copyFile(by(bench), one(bench), two(bench)));
        same(await hashOf(bench, two(bench)), bench.local.sha256, 'the hash of the copy');
      }
      await remove(bench, two(bench));
    },
  },
  {
    says: 'a file that is not there is not copied, and removing one is fine',
    needs: 'changes',
    try: async (bench) => {
      const missing = `${bench.folder}\\NO.SUCH`;
      await refused(bench.gateway.copyFile(by(bench), missing, two(bench)), 'failed', 'copying it');
      same(await hashOf(bench, two(bench)), null, 'the hash of what was not copied');
      await remove(bench, missing);
    },
  },
  {
    says: 'a folder is protected, and servpack can still write there',
    needs: 'changes',
    try: async (bench) => {
      await bring(bench, one(bench));
      await good(protect(bench, [one(bench)]));
      await bring(bench, one(bench));
      same(await hashOf(bench, one(bench)), bench.local.sha256, 'the hash');
    },
  },
  {
    says: 'a folder in which something else lies is protected and refused, and what else lies there is named',
    needs: 'changes',
    try: async (bench) => {
      await bring(bench, one(bench));
      await bring(bench, two(bench));
      const answer = await protect(bench, [one(bench)]);
      same(answer.ok ? null : answer.error.kind, 'failed', 'the refusal');
      const words = answer.ok ? '' : answer.error.message;
      same(words.toLowerCase().includes('holds two & (2).txt,'), true, `that it is named in "${words}"`);
      // Windows does not care about case, and nothing was taken away.
      await good(protect(bench, [one(bench).toLowerCase(), two(bench).toUpperCase()]));
      same(await hashOf(bench, two(bench)), bench.local.sha256, 'the hash of the other file');
      await remove(bench, two(bench));
    },
  },
  {
    says: 'a folder is gone with its last file',
    needs: 'changes',
    try: async (bench) => {
      await bring(bench, one(bench));
      await remove(bench, one(bench));
      same(await hashOf(bench, one(bench)), null, 'the hash afterwards');
      await refused(protect(bench, []), 'failed', 'protecting it');
    },
  },
];
