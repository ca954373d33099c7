import type { Config } from '../../shared/config.ts';
import { err, fault, type Fault, ok, type Result } from '../../shared/errors.ts';
import type { Gateway } from '../../shared/execution/gateway.ts';
import { fleetAddress } from './simulated/connection.ts';
import { connectSimulatedGateway } from './simulated/gateway.ts';
import { connectSshGateway } from './windows-ssh/gateway.ts';
import { readSshSettings } from './windows-ssh/config/settings.ts';

/** Opens the gateway that the settings name. Faults name the setting. */
export function openGateway({ gateway, sshConfig, callDeadlineMs }: Config): Result<Gateway, Fault> {
  if (gateway === null) {
    return err(
      fault(
        'config.gateway',
        'no way to reach clients is configured; set SERVPACK_GATEWAY to ssh, or e.g. to simulated:7400',
      ),
    );
  }
  if (gateway === 'ssh') {
    const settings = readSshSettings(sshConfig ?? '');
    return settings.ok
      ? ok(connectSshGateway({ settings: settings.value, deadlineMs: callDeadlineMs }))
      : settings;
  }
  return ok(connectSimulatedGateway({ ...fleetAddress(gateway), deadlineMs: callDeadlineMs }));
}
