import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clientHookProgram } from './client-hook-program.ts';

/** One run of the program, as the program itself has written it. */
export interface HookMark {
  readonly campaign: string;
  readonly hook: string;
  readonly run: number;
}

const marksFile = (dataDir: string): string => join(dataDir, 'hook-marks');

/**
 * The program of every hook of a campaign or a wave: writes what it was given into a file before
 * anything else, and takes its time, so that orchestrators die meanwhile. Its first run before wave
 * early asks for another one, its first run after wave canary stops the campaign.
 */
const program = `#!/bin/sh
input=$(cat)
printf '%s\\n' "$input" >> ../hook-marks
sleep 0.5
case "$input" in
  *'"hook":"before-wave-early"'*'"run":1,'*) exit 75 ;;
  *'"hook":"after-wave-canary"'*'"run":1,'*) exit 1 ;;
esac
exit 0
`;

/** Writes the programs, and returns the folder of programs. */
export function prepareHooks(dataDir: string): string {
  const folder = join(dataDir, 'hooks');
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  writeFileSync(join(folder, 'mark'), program, { mode: 0o755 });
  writeFileSync(join(folder, 'mark-client'), clientHookProgram, { mode: 0o755 });
  return folder;
}

export function readMarks(dataDir: string): readonly HookMark[] {
  const file = marksFile(dataDir);
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as HookMark);
}
