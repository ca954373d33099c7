import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Release } from '../../shared/domain/campaign/definition.ts';
import { contentOf, type FileContent, textContent } from '../../orchestrator/simulation/machines/disk.ts';
import { defaultComponents } from './fleet/read-release.ts';
import { type StagedRelease } from '../../orchestrator/simulation/machines/logon-server.ts';

/** A small staged tree, for tests that need a release but not the sample's. */
export const componentNames = ['APPCTL32.EXE', 'CLIMONNT.EXE', 'CSDVER.SMS'] as const;

export const componentText = (name: string): string => (name === 'CSDVER.SMS' ? 'SP4' : `new ${name}`);

/** The component files of this tree by name. */
export const componentFiles: ReadonlyMap<string, FileContent> = new Map(
  componentNames.map((name) => [name, textContent(componentText(name))]),
);

/** What a lab fleet in this process has on its logon servers when this tree is staged. */
export const stagedComponents: StagedRelease = { files: componentFiles, copyListVersion: 900_000_000 };

/** A release of the agent: one file is new, one is the same on every machine. */
export const agentRelease = {
  release: 'agent-2',
  product: 'generic-windows-agent',
  servicePack: null,
  components: 'bin',
} as const;

const agentContent: Readonly<Record<string, string>> = {
  'AGENTSVC.EXE': 'the second version of the service',
  'agentlib.dll': 'the second version of the library',
  'NEWTOOL.EXE': 'not in the first version',
};

/** Writes this tree and returns the release of the agent that is staged from it. */
export async function stagedAgent(tree: string): Promise<Release> {
  const { release, product, servicePack, components } = agentRelease;
  const folder = join(tree, components);
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(agentContent)) await writeFile(join(folder, name), text);
  const files = Object.entries(agentContent).map(([name, text]) => {
    const { sha256, size } = contentOf(text);
    return { name: name.toLowerCase(), size, sha256 };
  });
  return { release, product, servicePack, files, source: { tree, components } };
}

/** SHA-256 by lower-case name. */
export const agentHashes = (): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(agentContent).map(([name, text]) => [name.toLowerCase(), contentOf(text).sha256]),
  );

export async function writeTree(tree: string): Promise<void> {
  const folder = join(tree, defaultComponents);
  await mkdir(folder, { recursive: true });
  for (const name of componentNames) await writeFile(join(folder, name), componentText(name));
}
