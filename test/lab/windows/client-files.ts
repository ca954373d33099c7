import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Built } from './build.ts';
import { smsIniText } from '../../../orchestrator/simulation/machines/sms-ini-file.ts';
import type { TraitRules } from './traits.ts';

/** Components that are programs. A user may leave them open. */
export const programNames = ['APPCTL32', 'CLIMONNT', 'EDITININT', 'INV32CLI', 'MIFWIN', 'PCMWIN32'].map(
  (name) => `${name}.EXE`,
);

/** Components that no process runs from. CSDVER.SMS says the service pack. */
export const otherNames = [
  'APPRES32.DLL',
  'PCM32R.DLL',
  '_CLMON32.DLL',
  '_EDTINNT.DLL',
  'UINFO.XNF',
  'SM32.HLP',
  'CSDVER.SMS',
];

export type ServicePack = 2 | 4;

/**
 * Writes the component files of a service pack into a client's directory or a logon server's share.
 */
export function writeComponents({ programs }: Built, pack: ServicePack, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const name of programNames) copyFileSync(join(programs, `sp${pack}`, name), join(folder, name));
  for (const name of otherNames) {
    const text = name === 'CSDVER.SMS' ? `Service Pack ${pack}\r\n` : `${name} of service pack ${pack}\r\n`;
    writeFileSync(join(folder, name), text);
  }
}

/** The path on this machine of a Windows path of a client. */
export const pathIn = (prefix: string, path: string): string => join(prefix, 'root', ...path.split('\\'));

/**
 * Writes the agent's files, of its first or second version, into a client's directory or a release.
 */
export function writeAgent(
  { programs }: Built,
  version: 1 | 2,
  folder: string,
  executable = 'AGENTSVC.EXE',
): void {
  mkdirSync(folder, { recursive: true });
  const service = readFileSync(join(programs, 'pcmsvc32.exe'));
  // The bytes after the image make it a different file.
  writeFileSync(join(folder, executable), Buffer.concat([service, Buffer.from(`version ${version}`)]));
  copyFileSync(join(programs, version === 1 ? 'sp2' : 'sp4', 'MIFWIN.EXE'), join(folder, 'AGENTUI.EXE'));
  writeFileSync(join(folder, 'agentlib.dll'), `the library of version ${version}\r\n`);
  if (version === 2) writeFileSync(join(folder, 'NEWTOOL.EXE'), 'not in the first version\r\n');
}

/**
 * Writes the disk of a client, below its prefix: with service pack 2, or with the first version of
 * the agent.
 */
export function writeClientFiles(prefix: string, built: Built, rules: TraitRules): void {
  if (rules.product === 'agent')
    writeAgent(built, 1, pathIn(prefix, rules.componentDirectory), rules.service?.executable);
  else writeSmsClient(prefix, built, rules);
}

function writeSmsClient(prefix: string, built: Built, rules: TraitRules): void {
  const components = pathIn(prefix, rules.componentDirectory);
  writeComponents(built, 2, components);
  for (const folder of ['DATA', 'LOGS', 'INVDATA', 'IDMIFS', 'NOIDMIFS', 'TEMP'])
    mkdirSync(join(components, '..', folder), { recursive: true });
  if (rules.service !== null)
    copyFileSync(join(built.programs, 'pcmsvc32.exe'), join(components, rules.service.executable));
  copyFileSync(join(built.programs, 'smsrun32.exe'), pathIn(prefix, String.raw`C:\windows\SMSRUN32.EXE`));
  writeFileSync(pathIn(prefix, String.raw`C:\SMS.INI`), smsIni(rules));
  if (rules.role === 'server') mkdirSync(pathIn(prefix, String.raw`C:\SMS\LOGON.SRV`), { recursive: true });
}

const smsIni = ({ componentDirectory, logonServer }: TraitRules): string =>
  smsIniText({
    setupPhase: 'INSTALLED',
    filesNotDownloaded: '',
    copyListVersion: 835_643_765,
    logonServer,
    bin: componentDirectory,
  });
