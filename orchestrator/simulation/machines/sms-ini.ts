import { smsIniText } from './sms-ini-file.ts';
import { pick } from './chance.ts';
import { type Machine, toss } from './machine.ts';
import { bin } from './sms.ts';

/** Spellings of SetupPhase in the field; each machine has one of them. */
const spellings = {
  installed: ['INSTALLED', 'installed'],
  upgrade: ['UPGRADE', 'upgrade'],
  verifyFiles: ['VERIFY_FILES', 'verify_files', 'verifying_files'],
} as const;

/** SMS.INI on the client. */
export const smsIni = (machine: Machine): string =>
  smsIniText({
    setupPhase: pick(spellings[machine.setupPhase], toss(machine, 'spelling')),
    filesNotDownloaded: machine.filesNotDownloaded.join(', '),
    copyListVersion: machine.copyListVersion,
    logonServer: machine.row.logonServer,
    bin,
  });
