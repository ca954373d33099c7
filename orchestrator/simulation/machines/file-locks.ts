import { keyOf } from './disk.ts';
import { heldByAgent } from './agent-state.ts';
import type { Machine } from './machine.ts';

/** A file that a process runs from, or has loaded, cannot be written or removed. */
export const isLocked = (machine: Machine, path: string): boolean =>
  machine.processes.some(({ imagePath }) => keyOf(imagePath) === keyOf(path)) ||
  heldByAgent(machine).includes(keyOf(path));
