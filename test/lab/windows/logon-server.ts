import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Built } from './build.ts';
import { type ServicePack, writeComponents } from './client-files.ts';

const components = 'X86.BIN/00000409';

/**
 * A logon server's share SMS_SHR, as a folder of this machine that clients know as
 * `\\SERVER\SMS_SHR`.
 */
export interface LogonServer {
  readonly name: string;
  readonly share: string;
  /** The folder of the component files in the share. */
  readonly components: string;
  /** Installs a service pack on the share: its files, then the new CopyListVersion. */
  stage(pack: ServicePack): void;
}

const copyListVersion: Readonly<Record<ServicePack, number>> = { 2: 835_643_765, 4: 876_355_200 };

export function makeLogonServer(folder: string, name: string, built: Built): LogonServer {
  const share = join(folder, name, 'SMS_SHR');
  const stage = (pack: ServicePack): void => {
    writeComponents(built, pack, join(share, components));
    writeFileSync(join(share, 'CL_NT.TXT'), `[Client]\r\nCopyListVersion=${copyListVersion[pack]}\r\n`);
  };
  mkdirSync(join(share, 'X86.BIN'), { recursive: true });
  copyFileSync(join(built.programs, 'cli_nt.exe'), join(share, 'X86.BIN/CLI_NT.EXE'));
  copyFileSync(
    join(import.meta.dirname, '../../../examples/release/service-pack/UPGRADE.BAT'),
    join(share, 'Upgrade.bat'),
  );
  stage(4);
  return { name, share, components, stage };
}
