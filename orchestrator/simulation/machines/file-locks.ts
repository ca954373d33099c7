import { keyOf } from './disk.ts';
import { heldByAgent } from './agent-state.ts';
import type { Machine } from './machine.ts';

/** A file that a process runs from, or has loaded, cannot be written or removed. */
export function isLocked(machine: Machine, path: string): boolean {
  const key = keyOf(path);
  return (
    machine.processes.some(({ imagePath }) => keyOf(imagePath) === key) || heldByAgent(machine).includes(key)
  );
}
