import type { ClientLook } from '../../shared/products/client-look.ts';
import { loadProfile } from '../../shared/products/profile.ts';
import type { Profile } from '../../shared/products/profile.ts';
import type { MarkMethod, Phase, UpdateRun } from '../../shared/execution/gateway.ts';
import { markMethod, phaseOf, updateRun } from '../../shared/execution/update-client.ts';

/** The built-in profile that the tests are about. */
export function smsProfile(): Profile {
  const profile = loadProfile('sms-1.2');
  if (!profile.ok) throw new Error(profile.error.message);
  return profile.value;
}

/** A client in good order on which no user is logged on. */
export const quietLook: ClientLook = {
  at: 1_000_000,
  bootId: 'boot-7',
  bootedAt: 900_000,
  role: 'workstation',
  logonServer: 'LS-ROM',
  configuration:
    '[WorkstationStatus]\r\nFilesNotDownloaded=\r\n\r\n[SMS]\r\nCopyListVersion=835643765\r\n\r\n[Local]\r\nSetupPhase=INSTALLED\r\n',
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

const onClient = { client: 'pc-1', host: 'pc-1', logonServer: 'LS-ROM' } as const;

/** What the built-in profile says about marking a client and running its update. */
export function smsMethods(): {
  readonly mark: MarkMethod;
  readonly phase: Phase;
  readonly run: UpdateRun;
} {
  const profile = smsProfile();
  const [mark, phase, run] = [markMethod(profile, onClient), phaseOf(profile), updateRun(profile, onClient)];
  if (mark === null || phase === null || run === null) throw new Error('the profile does not say it');
  return { mark, phase, run };
}
