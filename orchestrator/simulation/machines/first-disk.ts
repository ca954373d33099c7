import { agentFirstFiles } from './agent.ts';
import { type FileContent, keyOf, textContent } from './disk.ts';
import { componentPath, type World } from './machine.ts';
import { binFiles, pcmExecutable, versionFile, windows } from './sms.ts';
import type { PcmPlacement, ServicePack } from './traits.ts';

/**
 * The directory of the PCM service's executable, by placement; `elsewhere` is documented as safe
 * (Q191329).
 */
export const pcmPath: Readonly<Record<PcmPlacement, string | null>> = {
  none: null,
  elsewhere: `C:\\PCMSVC\\${pcmExecutable}`,
  inBinByHand: componentPath(pcmExecutable),
  inBinAutomatic: componentPath(pcmExecutable),
};

export const monitorPath = 'C:\\MONITOR\\PKGMON.EXE';

/**
 * The files of a client before the release: every component in its old content. Service pack 2 and
 * later ones write the version file CSDVER.SMS; before, there was none. Clients with the same files
 * share one map.
 */
export function firstDisk(
  world: World,
  pcm: string | null,
  servicePack: ServicePack,
  agent: boolean,
): ReadonlyMap<string, FileContent> {
  const key = `${pcm ?? ''}|${servicePack}|${agent}`;
  const known = world.disks.get(key);
  if (known !== undefined) return known;
  const files = [...firstFiles(world, pcm, servicePack), ...(agent ? agentFirstFiles(world.agent) : [])];
  const disk = new Map(files.map(([path, content]) => [keyOf(path), content]));
  world.disks.set(key, disk);
  return disk;
}

function firstFiles(
  world: World,
  pcm: string | null,
  servicePack: ServicePack,
): readonly (readonly [string, FileContent])[] {
  const released = [...world.servers.values()].flatMap(({ release }) => [...release.files.keys()]);
  const release = servicePack === 'release' ? [...world.servers.values()][0]?.release.files : undefined;
  const components = [...new Set([...binFiles, ...released])].filter((name) => name !== versionFile);
  const old = (name: string): FileContent => textContent(`${name} of service pack ${servicePack}`);
  const text = textContent(`Service Pack ${servicePack}\r\n`);
  const version = [componentPath(versionFile), release?.get(versionFile) ?? text] as const;
  return [
    ...components
      .filter((name) => name !== pcmExecutable)
      .map((name) => [componentPath(name), release?.get(name) ?? old(name)] as const),
    [`${windows}\\SMSRUN32.EXE`, old('SMSRUN32.EXE')],
    [`${windows}\\System32\\services.exe`, old('services.exe')],
    [monitorPath, old('PKGMON.EXE')],
    ...(servicePack === 1 ? [] : [version]),
    ...(pcm === null ? [] : [[pcm, old(pcmExecutable)] as const]),
  ];
}
