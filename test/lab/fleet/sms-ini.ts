import { pick } from './chance.ts';
import { type Machine, toss } from './machine.ts';
import { bin } from './sms.ts';

/** Spellings of SetupPhase in the field; each machine has one of them. */
const spellings = {
  installed: ['INSTALLED', 'installed'],
  upgrade: ['UPGRADE', 'upgrade'],
  verifyFiles: ['VERIFY_FILES', 'verify_files', 'verifying_files'],
} as const;

/** What Smsrun32 is doing, or was doing when it was interrupted. */
function phaseOf({ run, cutShortAt }: Machine): string {
  const file = run?.todo[0] ?? cutShortAt;
  return file === '' ? '' : `COPY ${file}`;
}

/**
 * SMS.INI on the client. BuildNo and SPNumber cannot tell service packs apart: they never change.
 */
export function smsIni(machine: Machine): string {
  return [
    '[SMS]',
    'SMSVersion=1.2',
    '[Local]',
    `SetupPhase=${pick(spellings[machine.setupPhase], toss(machine, 'spelling'))}`,
    `FilesNotDownloaded=${machine.filesNotDownloaded.join(', ')}`,
    `CurrentPhase=${phaseOf(machine)}`,
    `CopyListVersion=${machine.copyListVersion}`,
    'BuildNo=786',
    'SPNumber=0',
    'OS=4',
    `SMSBinPath=${bin}`,
    `LogonServer=${machine.row.logonServer}`,
    'InstalledComponents=PCM, MIFENTRY, APPCONTROL, REMOTE_CONTROL',
    '',
  ].join('\r\n');
}
