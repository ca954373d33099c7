import type { ClientLook } from '../../shared/products/client-look.ts';
import { loadProfile } from '../../shared/products/profile.ts';
import type { Profile } from '../../shared/products/profile.ts';

/** The built-in profile that the tests are about. */
export function smsProfile(): Profile {
  const profile = loadProfile('sms-1.2');
  if (!profile.ok) throw new Error(profile.error.message);
  return profile.value;
}

/** A client in good order on which nobody is logged on. */
export const quietLook: ClientLook = {
  at: 1_000_000,
  bootId: 'boot-7',
  bootedAt: 900_000,
  role: 'workstation',
  logonServer: 'LS-ROM',
  configuration: '[Local]\r\nSetupPhase=INSTALLED\r\nFilesNotDownloaded=\r\nCopyListVersion=835643765\r\n',
  transcript: null,
  versionFile: 'Service Pack 2\r\n',
  files: [],
  processes: [],
  locked: [],
  services: [],
  users: [],
  packageRunning: false,
  pendingRestart: false,
  intent: null,
};
