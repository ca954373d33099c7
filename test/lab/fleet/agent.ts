import { type FileContent, isInside, joinPath, keyOf, readFile, textContent } from './disk.ts';
import type { Machine } from './machine.ts';

/** A second product on the machines of the lab: an agent whose service runs out of its own directory and holds its files. */
export const agentDirectory = 'C:\\Program Files\\GenericAgent';
export const agentService = 'GenericAgent';
export const agentExecutable = 'AGENTSVC.EXE';
/** A program of it that a user opens. */
export const agentProgram = 'AGENTUI.EXE';
/** Loaded by whatever runs out of the directory. */
const agentLibrary = 'AGENTLIB.DLL';

export const agentPath = (name: string): string => joinPath(agentDirectory, name);

/** Its files before any release. */
export const agentFiles: readonly string[] = [agentExecutable, agentLibrary, agentProgram, 'AGENT.CFG'];

const oldText = (name: string): FileContent => textContent(`${name} of the agent's first version`);

export const agentFirstFiles = (): readonly (readonly [string, FileContent])[] =>
  agentFiles.map((name) => [agentPath(name), oldText(name)]);

/** Is the agent's executable still the one that the machine had at first? */
export const hasFirstAgent = ({ disk }: Machine): boolean =>
  readFile(disk, agentPath(agentExecutable))?.sha256 === oldText(agentExecutable).sha256;

/** Keys of the files that the agent's processes hold besides their own executables. */
export function heldByAgent({ processes }: Machine): readonly string[] {
  const runs = processes.some(({ imagePath }) => isInside(imagePath, agentDirectory));
  return runs ? [keyOf(agentPath(agentLibrary))] : [];
}
