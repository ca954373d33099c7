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

/** SMS.INI on the client. Equal files are one text. */
export function smsIni(machine: Machine): string {
  const { setupPhase, filesNotDownloaded, copyListVersion, shownIni } = machine;
  if (
    shownIni?.setupPhase === setupPhase &&
    shownIni.filesNotDownloaded === filesNotDownloaded &&
    shownIni.copyListVersion === copyListVersion
  )
    return shownIni.text;
  const text = textOf(machine);
  machine.shownIni = { setupPhase, filesNotDownloaded, copyListVersion, text };
  return text;
}

function textOf(machine: Machine): string {
  const { world, copyListVersion, row } = machine;
  const setupPhase = pick(spellings[machine.setupPhase], toss(machine, 'spelling'));
  const filesNotDownloaded = machine.filesNotDownloaded.join(', ');
  const key = `SMS.INI|${setupPhase}|${filesNotDownloaded}|${copyListVersion}|${row.logonServer}`;
  const known = world.texts.get(key);
  if (known !== undefined) return known;
  const text = smsIniText({
    setupPhase,
    filesNotDownloaded,
    copyListVersion,
    logonServer: row.logonServer,
    bin,
  });
  world.texts.set(key, text);
  return text;
}
