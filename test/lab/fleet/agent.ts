import { type FileContent, joinPath, textContent } from './disk.ts';

/**
 * A second product on the machines of the lab: an agent whose service runs out of its own directory
 * and has its files in use.
 */
export const agentDirectory = 'C:\\Program Files\\GenericAgent';
export const agentService = 'GenericAgent';
export const agentExecutable = 'AGENTSVC.EXE';
/** A program of the agent that a user opens. */
export const agentProgram = 'AGENTUI.EXE';
/** Loaded by every process that runs out of the directory. */
export const agentLibrary = 'AGENTLIB.DLL';

export const agentPath = (name: string): string => joinPath(agentDirectory, name);

/** Its files before any release. */
export const agentFiles: readonly string[] = [agentExecutable, agentLibrary, agentProgram, 'AGENT.CFG'];

export const oldText = (name: string): FileContent => textContent(`${name} of the agent's first version`);

export const agentFirstFiles = (): readonly (readonly [string, FileContent])[] =>
  agentFiles.map((name) => [agentPath(name), oldText(name)]);
