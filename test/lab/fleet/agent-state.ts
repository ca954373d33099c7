import { isInside, keyOf, readFile } from './disk.ts';
import type { Machine } from './machine.ts';
import { agentDirectory, agentExecutable, agentLibrary, agentPath, oldText } from './agent.ts';

/** Is the agent's executable still the one that the machine had at first? */
export const hasFirstAgent = ({ disk }: Machine): boolean =>
  readFile(disk, agentPath(agentExecutable))?.sha256 === oldText(agentExecutable).sha256;

/** Keys of the files that the agent's processes have in use besides their own executables. */
export function heldByAgent({ processes }: Machine): readonly string[] {
  const runs = processes.some(({ imagePath }) => isInside(imagePath, agentDirectory));
  return runs ? [keyOf(agentPath(agentLibrary))] : [];
}
