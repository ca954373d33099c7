import { type Memory, newMemory } from './state.ts';

/** What differs from the memory of a new upgrade: enough to write down. Lists and records of it are empty there. */
export function learned(memory: Memory): Partial<Memory> {
  const names = Object.keys(memory) as (keyof Memory)[];
  const found = names.filter((name) => !isAtFirst(name, memory[name]));
  return Object.fromEntries(found.map((name) => [name, memory[name]]));
}

/** The whole memory again; what an older servpack did not know yet is as at the beginning. */
export const remembered = (written: Partial<Memory>): Memory => ({ ...newMemory, ...written });

function isAtFirst(name: keyof Memory, value: Memory[keyof Memory]): boolean {
  if (value === newMemory[name]) return true;
  if (typeof value !== 'object' || value === null || newMemory[name] === null) return false;
  return Object.keys(value).length === 0;
}
