import type { Profile } from '../../../shared/products/schema.ts';
import { err, fault, ok, type Result } from '../../../shared/errors.ts';
import { type FileContent, joinPath, textContent } from './disk.ts';

/**
 * A second product on the machines of the lab: an agent whose service runs out of its own directory
 * and has its files in use.
 */
export interface Agent {
  readonly directory: string;
  readonly service: string;
  readonly executable: string;
  /** A program of the agent that a user opens; null = it has none. */
  readonly program: string | null;
  /** Loaded by every process that runs out of the directory; null = none is. */
  readonly library: string | null;
  /** Its files before any release. */
  readonly files: readonly string[];
}

export const agentDirectory = 'C:\\Program Files\\GenericAgent';
export const agentService = 'GenericAgent';

/** The agent of the built-in profile `generic-windows-agent`. */
export const genericAgent: Agent = {
  directory: agentDirectory,
  service: agentService,
  executable: 'AGENTSVC.EXE',
  program: 'AGENTUI.EXE',
  library: 'AGENTLIB.DLL',
  files: ['AGENTSVC.EXE', 'AGENTLIB.DLL', 'AGENTUI.EXE', 'AGENT.CFG'],
};

/**
 * The agent that a profile describes, before its release: each of its programs and each file of the
 * release has an older content. A profile does not say which program the service runs: the lab
 * takes the first one that no user starts.
 * @param released the file names of the release
 * @returns a fault for a product that the lab cannot play
 */
export function agentOf(profile: Profile, released: readonly string[]): Result<Agent> {
  const { product, update, swap, executables, userPrograms, componentDirectory } = profile;
  const service = swap?.service ?? null;
  if (update.route !== 'push' || service === null)
    return err(
      fault(
        'notSimulated',
        `the lab simulates SMS 1.2, and products of the route push with a swap.service; ${product} is neither`,
      ),
    );
  const isUsers = (name: string): boolean => userPrograms.some((each) => isSame(each, name));
  const executable = executables.find((name) => !isUsers(name));
  if (executable === undefined)
    return err(fault('notSimulated', `${product} names no executable that its service could run`));
  const library = released.find((name) => !executables.some((each) => isSame(each, name))) ?? null;
  const program = userPrograms[0] ?? null;
  const more = released.filter((name) => !executables.some((each) => isSame(each, name)));
  const files = [...executables, ...more];
  return ok({ directory: componentDirectory, service, executable, program, library, files });
}

const isSame = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

export const agentPath = ({ directory }: Agent, name: string): string => joinPath(directory, name);

export const oldText = (name: string): FileContent => textContent(`${name} of the agent's first version`);

export const agentFirstFiles = (agent: Agent): readonly (readonly [string, FileContent])[] =>
  agent.files.map((name) => [agentPath(agent, name), oldText(name)]);
