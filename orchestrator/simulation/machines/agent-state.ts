import { isInside, keyOf, readFile } from './disk.ts';
import type { Machine } from './machine.ts';
import { agentPath, oldText } from './agent.ts';

/** Is the agent's executable still the one that the machine had at first? */
export const hasFirstAgent = ({ disk, world: { agent } }: Machine): boolean =>
  readFile(disk, agentPath(agent, agent.executable))?.sha256 === oldText(agent.executable).sha256;

const noKeys: readonly string[] = [];

/** Keys of the files that the agent's processes have in use besides their own executables. */
export function heldByAgent({ processes, rules, world: { agent } }: Machine): readonly string[] {
  if (agent.library === null || rules.agent === null) return noKeys;
  const runs = processes.some(({ imagePath }) => isInside(imagePath, agent.directory));
  return runs ? [keyOf(agentPath(agent, agent.library))] : [];
}
